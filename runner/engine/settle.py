"""The end of a run: its receipt, then its row, and what follows for its job.

The one function that copies a receipt into a row is here; workers and repair use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.model.instants import ms_or_none, parse_ms, utc_text
from runner.model.occurrence import Reason
from runner.model.receipt import Receipt, Usage
from runner.store import control, jobs, runs, standing
from runner.store.control import Entry, What
from runner.store.folders import RunFolder, read_regular, write_durably
from runner.store.spending import Bill
from runner.store.standing import StandingRow

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.store.db import Connection

_decoder = msgspec.json.Decoder(Receipt)


def write_receipt(folder: RunFolder, receipt: Receipt) -> None:
    """Write the truth about a run, once. From here on it has ended."""
    body = msgspec.json.format(msgspec.json.encode(receipt), indent=2)
    write_durably(folder.receipt, body + b"\n")


def read_receipt(folder: RunFolder) -> Receipt | None:
    """The receipt, or None where there is none (or none that can be read)."""
    try:
        receipt = _decoder.decode(read_regular(folder.receipt))
    except (OSError, msgspec.MsgspecError):
        return None
    return receipt if receipt.run_id == folder.path.name else None


def bill_of(receipt: Receipt) -> Bill:
    """What the receipt says that an agent used."""
    usage = receipt.usage or Usage()
    return Bill(
        cost_usd=receipt.cost_usd,
        cost_estimated=receipt.cost_estimated,
        tokens=usage.tokens,
        turns=usage.turns,
        tools=usage.tools,
    )


def settle(index: Connection, receipt: Receipt) -> bool:
    """Copy a receipt into the run's row; False if the row had ended before.

    Call it inside a transaction.
    """
    error = receipt.error
    started_ms = ms_or_none(receipt.started_at)
    ended_ms = ms_or_none(receipt.ended_at) or 0
    ending = runs.Ending(
        run_id=receipt.run_id,
        job_id=receipt.job_id,
        status=receipt.status,
        started_ms=started_ms,
        ended_ms=ended_ms,
        exit_code=receipt.exit_code,
        signal=receipt.signal,
        error_code=error.code if error else None,
        error_message=error.message if error else None,
        quiet=receipt.nothing_to_report,
        bill=bill_of(receipt),
    )
    if not runs.end(index, ending):
        return False
    jobs.note_end(index, ending, receipt.duration_ms)
    return True


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
