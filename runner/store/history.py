"""The history: runs newest first, by keyset pages over indexed filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery, RunView

if TYPE_CHECKING:
    from runner.store.db import Connection, Row

_COLUMNS = (
    "seq, run_id, job_id, trigger, role, actor, status, scheduled_for, queued_ms,"
    " started_ms, ended_ms, exit_code, signal, error_code, error_message"
)


_NOT_BEFORE = (
    "seq >= coalesce((SELECT seq FROM runs WHERE queued_ms >= ?"
    " ORDER BY queued_ms, seq LIMIT 1), 9223372036854775807)"
)
"""Ends the walk where the time does, whatever else is filtered."""


def page(connection: Connection, query: HistoryQuery) -> list[RunView]:
    """At most `limit` runs.

    Several statuses are one limited select each: every one walks its own index, and
    none reads more rows than the page needs.
    """
    choices = query.statuses or (None,)
    selects: list[str] = []
    parameters: list[str | int] = []
    for status in choices:
        conditions, values = _conditions(query, status)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        selects.append(
            f"SELECT * FROM (SELECT {_COLUMNS} FROM runs {where}"  # noqa: S608  our words
            " ORDER BY seq DESC LIMIT ?)"
        )
        parameters += [*values, query.limit]
    statement = f"{' UNION ALL '.join(selects)} ORDER BY seq DESC LIMIT ?"
    rows = connection.execute(statement, [*parameters, query.limit])
    return [_view(row) for row in rows]


def one(connection: Connection, run_id: str) -> RunView | None:
    statement = f"SELECT {_COLUMNS} FROM runs WHERE run_id = ?"  # noqa: S608
    row = connection.execute(statement, (run_id,)).fetchone()
    return None if row is None else _view(row)


def _conditions(
    query: HistoryQuery, status: RunStatus | None
) -> tuple[list[str], list[str | int]]:
    candidates: list[tuple[str, str | int | None]] = [
        ("job_id = ?", query.job_id),
        ("status = ?", status),
        ("role = ?", query.role),
        ("queued_ms >= ?", query.since_ms),
        (_NOT_BEFORE, query.since_ms),
        ("seq < ?", query.before_seq),
    ]
    chosen = [(text, value) for text, value in candidates if value is not None]
    return [text for text, _ in chosen], [value for _, value in chosen]


def _view(row: Row) -> RunView:
    values = {name: row[name] for name in RunView.__struct_fields__}
    values["trigger"] = Trigger(row["trigger"])
    values["status"] = RunStatus(row["status"])
    return RunView(**values)
