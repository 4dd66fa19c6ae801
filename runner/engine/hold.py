"""Ends a run in the index, and holds its job back where its receipt says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.engine.settle import settle
from runner.model.instants import parse_ms, utc_text
from runner.model.occurrence import Reason
from runner.store import control, standing
from runner.store.control import Entry, What
from runner.store.standing import StandingRow

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.model.receipt import Receipt


def end_run(project: Project, receipt: Receipt) -> bool:
    """Copy a receipt into the run's row, with what follows from it for the job.

    False if the row had ended before. Call it inside a transaction.
    """
    ended = settle(project.index, receipt)
    if ended:
        _hold_back(project, receipt)
    return ended


def _hold_back(project: Project, receipt: Receipt) -> None:
    """Let nothing of a job start by schedule before the time that its provider told."""
    told = receipt.error.data.get("resets_at") if receipt.error else None
    if receipt.error is None or not isinstance(told, str):
        return
    until, now_ms = parse_ms(told) // 1000, project.clock.wall_ms()
    if until <= now_ms // 1000:
        return
    actor, reason = f"run {receipt.run_id}", receipt.error.message
    entry = Entry(
        what=What.HELD,
        job=receipt.job_id,
        actor=actor,
        reason=reason,
        until=utc_text(until),
    )
    control.decide(project.state.control, now_ms, entry)
    row = StandingRow(receipt.job_id, Reason.HELD, now_ms, until, actor, reason)
    standing.put(project.index, row)
