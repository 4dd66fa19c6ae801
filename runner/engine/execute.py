"""One run, from its claim to its receipt."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, NamedTuple

from runner.engine import record
from runner.engine.perform import Hands, Outcome, perform
from runner.engine.plan import Execution
from runner.engine.receipts import outline, receipt_of
from runner.engine.redact import redact
from runner.engine.settle import write_receipt
from runner.model.definition import Definition, decode_definition
from runner.model.errors import JobconsoleError, LockHeldError
from runner.model.receipt import ErrorEnvelope, Receipt
from runner.model.run import RunStatus
from runner.process.failpoint import failpoint
from runner.process.locks import Holder, PidLock
from runner.store import runs
from runner.store.events import EventLog
from runner.store.folders import RunFolder, write_file

if TYPE_CHECKING:
    from pathlib import Path

    from runner.store.runs import Claim

_LOCK_WAIT_MS = 1_000


class Executed(NamedTuple):
    """A run with its receipt on disk. Release the lock once the row has it too."""

    receipt: Receipt
    lock: PidLock


def execute(hands: Hands, claim: Claim) -> Executed:
    """Execute a claimed run. Whatever the job does, the result is a receipt."""
    project = hands.project
    folder = project.state.run_folder(claim.job_id, claim.run_id)
    folder.make()
    failpoint("worker.folder_made")
    lock = PidLock(folder.lock)
    holder = Holder(project.identity, project.clock.wall_ms(), claim.run_id)
    if not lock.acquire(holder, wait_ms=_LOCK_WAIT_MS):
        # Only repair takes a run's lock, and it lets go of one whose worker lives.
        message = f"the lock of run {claim.run_id} is taken"
        raise LockHeldError(message)
    failpoint("worker.locked")
    definition = _definition(runs.body_of(project.index, claim.definition))
    events = EventLog(folder.events)
    case = Execution(claim, definition, folder, events)
    try:
        receipt = _receipt_of(hands, case)
    finally:
        events.close()
    write_receipt(folder, receipt)
    failpoint("worker.receipt_written")
    return Executed(receipt, lock)


def _receipt_of(hands: Hands, case: Execution) -> Receipt:
    claim, folder, events = case.claim, case.folder, case.events
    clock = hands.project.clock
    events.append(claim.started_ms, "run_started", run_id=claim.run_id, role=claim.role)
    write_file(folder.role, f"{claim.role}\n".encode())
    try:
        with _scratch(hands, case) as scratch:
            outcome = perform(hands, case._replace(scratch=scratch))
    except JobconsoleError as error:
        envelope = ErrorEnvelope(
            error.code, error.message, error.hint, dict(error.data)
        )
        outcome = Outcome(RunStatus.FAILED, envelope)
    ended_ms = clock.wall_ms()
    events.append(ended_ms, "run_ended", status=outcome.status)
    outlined = outline(hands.project, claim, outcome.status, ended_ms)
    receipt = receipt_of(outlined, outcome, by_subreaper=hands.reaper.subreaper)
    record.write_summary(folder, receipt, _said(folder, outcome))
    failpoint("worker.summarised")
    return receipt.with_artifacts(record.artifacts(folder))


def _said(folder: RunFolder, outcome: Outcome) -> str:
    """What the job said last: an agent its answer, any other its last lines."""
    if outcome.work is not None and outcome.work.answer.text:
        said = outcome.work.answer.text
    else:
        said = record.tail(folder.said) or record.tail(folder.stderr)
    return redact(said, outcome.plan.secrets() if outcome.plan else [])


def _scratch(
    hands: Hands, case: Execution
) -> contextlib.AbstractContextManager[Path | None]:
    """A folder for an agent alone; other programs need none."""
    if case.definition.job.agent is None:
        return contextlib.nullcontext()
    from runner.engine.agent.work import scratch_for

    return scratch_for(case.claim.run_id, hands.base)


@functools.lru_cache(maxsize=256)
def _definition(body: bytes) -> Definition:
    return decode_definition(body)
