"""What the index knows of each job: its schedule's progress and its last outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.model.occurrence import Reason
from runner.model.run import OUTCOME_MARKS, duration_mark
from runner.store.db import Connection, Row, queries

if TYPE_CHECKING:
    from runner.store.runs import Ending


class JobRow(NamedTuple):
    """A job as configuration last described it. JSON columns are bytes.

    `tags` are parted by blanks, `timeout` is seconds. `schedule_since` None: the
    schedule is the one that was known before.
    """

    id: str
    position: int
    kind: str | None
    agent: str | None
    role: str | None
    pool: str
    schedule_words: str
    timezone: str | None
    enabled: bool
    problem: bytes | None
    definition: str | None
    schedule: bytes
    first_seen_ms: int
    cursor: int
    next_at: int | None
    description: str = ""
    tags: str = ""
    timeout: int | None = None
    schedule_since: int | None = None
    invalid_since: int | None = None


class Progress(NamedTuple):
    """How far a known job's schedule was decided."""

    id: str
    schedule: bytes
    cursor: int
    next_at: int | None
    first_seen_ms: int
    last_started: int | None
    removed: bool


class DueJob(NamedTuple):
    """A job whose next instant has come. `body` is its definition, None if invalid.

    `enabled` and `held_by` (paused, held) tell of now, by file and by command.
    """

    id: str
    schedule: bytes
    definition: str | None
    enabled: bool
    held_by: Reason | None
    cursor: int
    last_started: int | None
    body: bytes | None
    active_run: str | None
    next_at: int


def upsert(connection: Connection, rows: list[JobRow]) -> None:
    connection.executemany(queries("jobs")["upsert"], [row._asdict() for row in rows])


def add_definitions(connection: Connection, bodies: dict[str, bytes]) -> None:
    connection.executemany(
        "INSERT INTO definitions VALUES (?, ?) ON CONFLICT DO NOTHING", bodies.items()
    )


def known(connection: Connection) -> dict[str, Progress]:
    """Every job that was ever configured, by id."""
    rows = connection.execute(queries("jobs")["known"])
    return {
        row["id"]: Progress(*(row[name] for name in Progress._fields)) for row in rows
    }


def mark_removed(connection: Connection, ids: list[str], now: int) -> None:
    """Jobs that left the configuration keep their history."""
    connection.executemany(
        "UPDATE jobs SET removed = 1, removed_since = ? WHERE id = ?",
        [(now, id_) for id_ in ids],
    )


def due(connection: Connection, now: int) -> list[DueJob]:
    rows = connection.execute(queries("jobs")["due"], {"now": now})
    return [
        DueJob(*(row[name] for name in DueJob._fields))._replace(
            held_by=Reason(row["held_by"]) if row["held_by"] else None
        )
        for row in rows
    ]


def due_without_role(connection: Connection, until: int) -> list[str]:
    """The jobs that fall due up to an instant and name no role."""
    rows = connection.execute(queries("jobs")["due_without_role"], (until,))
    return [row[0] for row in rows]


def progress(connection: Connection, job_id: str) -> Progress | None:
    """One job that was ever configured."""
    row = connection.execute(queries("jobs")["progress"], (job_id,)).fetchone()
    return row and Progress(*row)


def past_pauses(connection: Connection, now: int) -> list[tuple[Progress, Reason, int]]:
    """Jobs that were paused or held until before `now`, with what fell due undecided.

    Each with what it was, and the instant at which that ended.
    """
    rows = connection.execute(queries("jobs")["past_pauses"], {"now": now})
    return [(Progress(*row[:-2]), Reason(row[-2]), row[-1]) for row in map(tuple, rows)]


def coming(connection: Connection, until: int) -> dict[str, int]:
    """How many jobs of each pool will fall due up to an instant."""
    return dict(map(tuple, connection.execute(queries("jobs")["coming"], (until,))))


def set_progress(
    connection: Connection, job_id: str, cursor: int, next_at: int | None
) -> None:
    """Every fire up to `cursor` is decided; the next one is `next_at`."""
    parameters = {"id": job_id, "cursor": cursor, "next_at": next_at}
    connection.execute(queries("jobs")["decided"], parameters)


def decided_ahead(connection: Connection, now: int) -> list[Progress]:
    """Jobs that were decided beyond `now`: the clock was set back."""
    rows = connection.execute(queries("jobs")["ahead"], (now,))
    return [Progress(*(row[name] for name in Progress._fields)) for row in rows]


def forget_later_starts(connection: Connection, now: int) -> None:
    """A start that the clock had put beyond `now` was no later than now."""
    connection.execute(queries("jobs")["forget_later_starts"], {"now": now})


def note_start(connection: Connection, job_id: str, now: int) -> None:
    connection.execute(queries("jobs")["started"], {"job_id": job_id, "now": now})


def note_end(connection: Connection, ending: Ending, duration_ms: int | None) -> None:
    """Carry the end of a run into its job's row."""
    connection.execute(
        queries("jobs")["ended"],
        {
            "job_id": ending.job_id,
            "run_id": ending.run_id,
            "status": ending.status,
            "ended_ms": ending.ended_ms,
            "duration_ms": duration_ms,
            "exit_code": ending.exit_code,
            "signal": ending.signal,
            "mark": OUTCOME_MARKS[ending.status],
            "duration_mark": duration_mark(duration_ms),
        },
    )


def listed(connection: Connection, job_id: str | None = None) -> list[Row]:
    """Every configured job in the file's order, or the one that is named."""
    return connection.execute(queries("jobs")["listed"], {"id": job_id}).fetchall()


def definitions(connection: Connection) -> list[bytes]:
    """The JSON of every configured job that is valid."""
    return [bytes(row[0]) for row in connection.execute(queries("jobs")["definitions"])]


def pool_has_agents(connection: Connection, pool: str) -> bool:
    """Whether some job of the pool, or a run that waits there, is an agent's."""
    statement = queries("jobs")["pool_has_agents"]
    return bool(connection.execute(statement, {"pool": pool}).fetchone()[0])


def agent_definitions(connection: Connection) -> list[bytes]:
    """The same of those that an agent does."""
    statement = queries("jobs")["agent_definitions"]
    return [bytes(row[0]) for row in connection.execute(statement)]


def find(connection: Connection, job_id: str) -> Row | None:
    """One configured job with its definition's body, whatever the case of its id."""
    statement = queries("jobs")["one"]
    row: Row | None = connection.execute(statement, (job_id.lower(),)).fetchone()
    return row


def ever(connection: Connection, job_id: str) -> Row | None:
    """As `find`, also of a job that is not configured any more."""
    statement = queries("jobs")["ever"]
    row: Row | None = connection.execute(statement, (job_id.lower(),)).fetchone()
    return row
