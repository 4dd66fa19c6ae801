"""Holds a job back while its agent's provider serves nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.model.instants import parse_ms, utc_text
from runner.model.occurrence import Reason
from runner.store import control, standing
from runner.store.control import Entry, What
from runner.store.standing import StandingRow

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.model.receipt import Receipt


def hold_back(project: Project, receipt: Receipt) -> None:
    """Let nothing of a job start by schedule before the time that its provider told.

    Call it inside the transaction that ends the run.
    """
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
