"""Rows of the table of runs as what they stand for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from runner.model.identity import Identity
from runner.model.run import RunStatus, Trigger
from runner.store.spending import Bill

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.store.db import Row


class RunRow(NamedTuple):
    """A run as the index knows it. `worker` is who claimed it, dead or alive."""

    seq: int
    run_id: str
    job_id: str
    kind: str
    trigger: Trigger
    role: str
    actor: str
    status: RunStatus
    definition: str
    args: tuple[str, ...] | None
    timeout: int | None
    scheduled_for: int | None
    queued_ms: int
    queued_boot: str
    started_ms: int | None
    ended_ms: int | None
    worker: Identity | None
    cancel: int
    cancel_actor: str | None
    exit_code: int | None
    signal: int | None
    error_code: str | None
    error_message: str | None
    replay_of: str | None
    params: Mapping[str, str]
    resume: str | None
    bill: Bill


def run_rows(rows: list[Row]) -> list[RunRow]:
    return [_row(row) for row in rows]


_MADE = frozenset({"worker", "bill"})
"""What is made of several columns."""


def _row(row: Row) -> RunRow:
    values = {name: row[name] for name in RunRow._fields if name not in _MADE}
    values["args"] = args_of(row)
    values["params"] = params_of(row)
    values["trigger"] = Trigger(row["trigger"])
    values["status"] = RunStatus(row["status"])
    pid = row["worker_pid"]
    worker = pid and Identity(pid, row["worker_start"], row["worker_boot"])
    bill = Bill(*(row[name] for name in Bill._fields))
    bill = bill._replace(cost_estimated=bool(bill.cost_estimated))
    return RunRow(**values, worker=worker or None, bill=bill)


def args_of(row: Row) -> tuple[str, ...] | None:
    return None if row["args"] is None else tuple(json.loads(row["args"]))


def params_of(row: Row) -> dict[str, str]:
    return {} if row["params"] is None else dict(json.loads(row["params"]))
