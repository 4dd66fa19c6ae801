"""The history: runs newest first, by keyset pages over indexed filters."""

from __future__ import annotations

from itertools import product
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery, RunView
from runner.store.db import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.store.db import Connection, Row

_COLUMNS = (
    "seq, run_id, job_id, trigger, role, actor, status, scheduled_for, queued_ms,"
    " started_ms, ended_ms, exit_code, signal, error_code, error_message, replay_of,"
    " cost_usd, cost_estimated, tokens, quiet"
)


_FIRST_SINCE = (
    "SELECT seq FROM runs WHERE queued_ms >= ? ORDER BY queued_ms, seq LIMIT 1"
)
_ROLES = """
WITH RECURSIVE found (role) AS (
    SELECT min(role) FROM runs
    UNION ALL
    SELECT (SELECT min(role) FROM runs WHERE role > found.role) FROM found
    WHERE found.role IS NOT NULL
)
SELECT role FROM found WHERE role IS NOT NULL
"""
"""One step in the index for each role, however many runs there are."""

MOST_SELECTS = 120
"""In one page: each costs up to a tenth of a millisecond."""


class Choice(NamedTuple):
    """What one select looks for; None is for any."""

    job_id: str | None
    trigger: Trigger | None
    status: RunStatus | None
    role: str | None


def page(
    connection: Connection, query: HistoryQuery, job_ids: Sequence[str] | None = None
) -> list[RunView]:
    """At most `limit` runs, of these jobs where some are named.

    Each choice among several values is one limited select: every one walks its own
    index, and none reads more rows than the page still needs.
    """
    rows: list[Row] = []
    with snapshot(connection):
        first = _first_seq(connection, query)
        if first is None:
            return []
        for choice in _choices(connection, query, job_ids):
            if len(rows) == query.limit:
                first = rows[-1]["seq"] + 1
            if more := _select(connection, query, choice, first):
                rows = sorted(rows + more, key=itemgetter("seq"), reverse=True)
                del rows[query.limit :]
    return [_view(row) for row in rows]


def jobs_named(connection: Connection, words: Sequence[str]) -> list[str]:
    """The ids, of removed jobs too, that contain every word: latest active first."""
    conditions = " AND ".join("instr(id, ?)" for _ in words) or "true"
    rows = connection.execute(
        f"SELECT id FROM jobs WHERE {conditions}"  # noqa: S608  our words
        " ORDER BY last_ended_ms DESC, id",
        [word.lower() for word in words],
    )
    return [row["id"] for row in rows]


def jobs_at_once(connection: Connection, query: HistoryQuery) -> int:
    """How many jobs a page can be made of without becoming slow."""
    of_one_job = len(list(_choices(connection, query, None)))
    return max(1, MOST_SELECTS // of_one_job)


def one(connection: Connection, run_id: str) -> RunView | None:
    statement = f"SELECT {_COLUMNS} FROM runs WHERE run_id = ?"  # noqa: S608
    row = connection.execute(statement, (run_id,)).fetchone()
    return None if row is None else _view(row)


def _first_seq(connection: Connection, query: HistoryQuery) -> int | None:
    """Where the walk ends, whatever else is filtered; None where nothing is so new."""
    if query.since_ms is None:
        return 0
    row = connection.execute(_FIRST_SINCE, (query.since_ms,)).fetchone()
    return None if row is None else int(row["seq"])


def _choices(
    connection: Connection, query: HistoryQuery, job_ids: Sequence[str] | None
) -> Iterator[Choice]:
    jobs = [query.job_id] if job_ids is None else job_ids
    for trigger in dict.fromkeys(query.triggers) or (None,):
        statuses: Iterable[RunStatus | None] = dict.fromkeys(query.statuses) or (None,)
        roles: Iterable[str | None] = (query.role,)
        if trigger not in (None, Trigger.SCHEDULE):
            # The index of triggers goes by all three.
            statuses = dict.fromkeys(query.statuses) or tuple(RunStatus)
            roles = roles if query.role is not None else _roles(connection)
        for each in product(jobs, (trigger,), statuses, roles):
            yield Choice(*each)


def _roles(connection: Connection) -> list[str]:
    return [row["role"] for row in connection.execute(_ROLES)]


def _select(
    connection: Connection, query: HistoryQuery, choice: Choice, first: int
) -> list[Row]:
    candidates: list[tuple[str, str | int | None]] = [
        ("job_id = ?", choice.job_id),
        ("trigger = ?", choice.trigger),
        ("status = ?", choice.status),
        ("role = ?", choice.role),
        ("queued_ms >= ?", query.since_ms),
        ("seq >= ?", first),
        ("seq < ?", query.before_seq),
    ]
    chosen = [(text, value) for text, value in candidates if value is not None]
    conditions = [text for text, _ in chosen]
    if choice.trigger not in (None, Trigger.SCHEDULE):
        conditions.append("trigger <> 'schedule'")  # names the index's own condition
    statement = (
        f"SELECT {_COLUMNS} FROM runs WHERE {' AND '.join(conditions)}"  # noqa: S608  our words
        " ORDER BY seq DESC LIMIT ?"
    )
    return connection.execute(
        statement, [*(value for _, value in chosen), query.limit]
    ).fetchall()


def _view(row: Row) -> RunView:
    values = {name: row[name] for name in RunView.__struct_fields__}
    values["trigger"] = Trigger(row["trigger"])
    values["status"] = RunStatus(row["status"])
    values["cost_estimated"] = bool(row["cost_estimated"])
    values["quiet"] = bool(row["quiet"])
    return RunView(**values)
