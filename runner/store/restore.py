"""Fills the index from what run folders tell; for `reindex` only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from runner.model.run import OUTCOME_MARKS, duration_mark
from runner.store import standing
from runner.store.db import Connection, Row, open_index, queries
from runner.store.spending import Bill

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.identity import Identity
    from runner.store.control import InForce

OUTCOMES_KEPT = 20


class RestoredRun(NamedTuple):
    """A row of `runs` as a run's folder tells it. Times as in the schema."""

    seq: int
    run_id: str
    job_id: str
    kind: str
    trigger: str
    role: str
    actor: str
    status: str
    definition: str
    scheduled_for: int | None
    queued_ms: int
    started_ms: int | None
    ended_ms: int | None
    exit_code: int | None
    signal: int | None
    error_code: str | None
    error_message: str | None
    quiet: bool
    worker: Identity | None
    replay_of: str | None = None
    bill: Bill = Bill()


def is_sound(path: Path) -> bool:
    """Whether the index can be opened and passes SQLite's own check."""
    with contextlib.closing(open_index(path)) as connection:
        answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        return bool(answer == "ok")


def replace_runs(connection: Connection, found: list[RestoredRun]) -> None:
    """Put what the folders say in place of the rows.

    Rows of runs that have not ended stay, and so does what only a row knows.
    """
    known = dict(map(tuple, connection.execute("SELECT run_id, definition FROM runs")))
    found = [run for run in found if run.ended_ms or run.run_id not in known]
    run_ids = [(run.run_id,) for run in found]
    connection.executemany("DELETE FROM runs WHERE run_id = ?", run_ids)
    connection.execute("DELETE FROM runs WHERE ended_ms IS NOT NULL")
    taken = {row[0] for row in connection.execute("SELECT seq FROM runs")}
    numbers = [run.seq for run in found]
    if len({*numbers, *taken}) < len(numbers) + len(taken):
        # An index was begun anew meanwhile: its numbers and the old ones collide.
        found = _renumbered(found, max(taken, default=0))
    for run in found:
        definition = run.definition or known.get(run.run_id, "")
        _insert(connection, run._replace(definition=definition))


def replace_decisions(connection: Connection, found: InForce) -> None:
    """Put what people decided in place of what the index has of it.

    An instant that was decided otherwise meanwhile stays as it is.
    """
    standing.replace_all(connection, found.standing.values())
    connection.execute("DELETE FROM occurrences WHERE reason = 'skipped'")
    connection.executemany(
        queries("restore")["skip"],
        [
            {
                "job_id": job,
                "instant": instant,
                "detail": skip.note.to_text(),
                "now_ms": skip.at_ms,
            }
            for (job, instant), skip in found.skips.items()
        ],
    )


def summarise_jobs(connection: Connection) -> None:
    """Make the columns of `jobs` that repeat what `runs` says."""
    for (job_id,) in connection.execute("SELECT id FROM jobs").fetchall():
        rows = connection.execute(
            queries("restore")["last_of_job"], (job_id, OUTCOMES_KEPT)
        ).fetchall()
        marks = "".join(OUTCOME_MARKS[row["status"]] for row in reversed(rows))
        last = rows[0] if rows else None
        connection.execute(
            queries("restore")["summarise"],
            {
                "job_id": job_id,
                "outcomes": marks,
                "durations": "".join(
                    duration_mark(_duration_ms(row)) for row in reversed(rows)
                ),
                "run_id": last and last["run_id"],
                "status": last and last["status"],
                "ended_ms": last and last["ended_ms"],
                "duration_ms": last and _duration_ms(last),
                "exit_code": last and last["exit_code"],
                "signal": last and last["signal"],
            },
        )


def forget_since(connection: Connection) -> None:
    """An index that was begun anew does not know since when jobs are as they are."""
    connection.execute("UPDATE jobs SET schedule_since = NULL, invalid_since = NULL")


def has_ticks(connection: Connection) -> bool:
    return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM ticks)").fetchone()[0])


def _duration_ms(row: Row) -> int | None:
    if row["started_ms"] is None:
        return None
    return int(row["ended_ms"] - row["started_ms"])


def _renumbered(found: list[RestoredRun], after: int) -> list[RestoredRun]:
    ordered = sorted(found, key=lambda run: (run.queued_ms, run.seq))
    return [run._replace(seq=after + n) for n, run in enumerate(ordered, 1)]


def _insert(connection: Connection, run: RestoredRun) -> None:
    parameters = run._asdict() | run.bill._asdict()
    del parameters["bill"]
    worker = parameters.pop("worker") or (None, None, None)
    parameters |= dict(zip(("pid", "start", "boot"), worker, strict=True))
    connection.execute(queries("restore")["run"], parameters)
    if run.scheduled_for is not None:
        connection.execute(
            queries("occurrences")["take"],
            {
                "job_id": run.job_id,
                "instant": run.scheduled_for,
                "run_id": run.run_id,
                "now_ms": run.queued_ms,
            },
        )
