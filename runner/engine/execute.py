"""One run, from its claim to its receipt."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.engine import record
from runner.engine.judge import Facts, judge, said_by
from runner.engine.prepare import Plan, plan
from runner.engine.settle import write_receipt
from runner.engine.supervise import AttemptEnd, Scene, Wish, attempt
from runner.model.definition import Definition, decode_definition
from runner.model.errors import JobconsoleError, LockHeldError
from runner.model.instants import utc_text_ms
from runner.model.receipt import AttemptRecord, ErrorEnvelope, Receipt
from runner.model.run import RunStatus
from runner.process.failpoint import failpoint
from runner.process.locks import Holder, PidLock
from runner.store import runs
from runner.store.events import EventLog
from runner.store.folders import RunFolder, open_regular, write_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.agents.base import Answer
    from runner.engine.project import Project
    from runner.process.descendants import Reaper
    from runner.process.table import ProcessTable
    from runner.store.runs import Claim

_RESULT_BYTES = 1024 * 1024
_LOCK_WAIT_MS = 1_000


class Hands(NamedTuple):
    """What a worker keeps from run to run."""

    project: Project
    base: dict[str, str]
    table: ProcessTable
    reaper: Reaper
    on_look: Callable[[], None]


class Outcome(NamedTuple):
    """What came of the attempt, before it is written down."""

    status: RunStatus
    error: ErrorEnvelope | None
    end: AttemptEnd | None
    plan: Plan | None
    payload: object
    answer: Answer | None


class Executed(NamedTuple):
    """A run with its receipt on disk. Release the lock once the row has it too."""

    receipt: Receipt
    lock: PidLock


class _Case(NamedTuple):
    """The run that is executed, and where it leaves word."""

    claim: Claim
    definition: Definition
    folder: RunFolder
    events: EventLog


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
    try:
        receipt = _receipt_of(hands, _Case(claim, definition, folder, events))
    finally:
        events.close()
    write_receipt(folder, receipt)
    failpoint("worker.receipt_written")
    return Executed(receipt, lock)


def _receipt_of(hands: Hands, case: _Case) -> Receipt:
    claim, definition, folder, events = case
    clock = hands.project.clock
    events.append(claim.started_ms, "run_started", run_id=claim.run_id, role=claim.role)
    write_file(folder.role, f"{claim.role}\n".encode())
    try:
        outcome = _attempted(hands, case, plan(claim, definition, folder, hands.base))
    except JobconsoleError as error:
        envelope = ErrorEnvelope(error.code, error.message, error.hint)
        outcome = Outcome(RunStatus.FAILED, envelope, None, None, None, None)
    ended_ms = clock.wall_ms()
    events.append(ended_ms, "run_ended", status=outcome.status)
    receipt = _receipt(hands, case, outcome, ended_ms)
    said = record.tail(folder.stdout) or record.tail(folder.stderr)
    secrets = outcome.plan.secrets() if outcome.plan else []
    record.write_summary(folder, receipt, record.redact(said, secrets))
    failpoint("worker.summarised")
    return receipt.with_artifacts(record.artifacts(folder))


def _attempted(hands: Hands, case: _Case, chosen: Plan) -> Outcome:
    claim, definition, folder, events = case
    revision = record.git_revision(Path(definition.root))
    write_file(folder.manifest, record.manifest(claim, chosen, revision))
    if chosen.prompt is not None:
        write_file(folder.prompt, chosen.prompt.encode())
    failpoint("worker.prepared")
    end = attempt(chosen, definition.job.leftovers, _scene(hands, case))
    events.append(
        end.ended_ms, "attempt_ended", exit_code=end.exit.code, signal=end.exit.signal
    )
    payload = _payload(folder, chosen, events, end.ended_ms)
    answer = _answer(chosen, folder, end)
    facts = Facts(
        exit=end.exit,
        stopped=end.stopped,
        stopped_by=end.stopped_by,
        timeout_ms=chosen.timeout_ms,
        payload=payload,
        answer_error=answer.error if answer else None,
        escaped=len(end.leftovers),
        leftovers=definition.job.leftovers,
    )
    status, error = judge(facts)
    return Outcome(status, error, end, chosen, payload, answer)


def _scene(hands: Hands, case: _Case) -> Scene:
    index, run_id = hands.project.index, case.claim.run_id

    def wishes() -> Wish:
        level, actor = runs.cancel_level(index, run_id)
        return Wish(level, actor or "")

    return Scene(
        run_id=run_id,
        folder=case.folder,
        clock=hands.project.clock,
        table=hands.table,
        reaper=hands.reaper,
        events=case.events,
        wishes=wishes,
        on_look=hands.on_look,
    )


def _payload(folder: RunFolder, chosen: Plan, events: EventLog, now_ms: int) -> object:
    """The job's own result, if it wrote one that can be read."""
    try:
        with open_regular(folder.result) as file:
            body = file.read(_RESULT_BYTES + 1)
    except OSError:
        return None
    if len(body) > _RESULT_BYTES:
        events.append(now_ms, "result_unreadable", why="it is larger than 1 MiB")
        return None
    try:
        return record.redact_all(msgspec.json.decode(body), chosen.secrets())
    except (ValueError, RecursionError) as error:
        events.append(now_ms, "result_unreadable", why=str(error))
        return None


def _answer(chosen: Plan, folder: RunFolder, end: AttemptEnd) -> Answer | None:
    if chosen.agent is None:
        return None
    reader = chosen.agent.reader()
    with contextlib.suppress(OSError), open_regular(folder.stdout) as file:
        while chunk := file.read(256 * 1024):
            reader.feed(chunk)
    return reader.answer(end.exit.code)


def _receipt(hands: Hands, case: _Case, outcome: Outcome, ended_ms: int) -> Receipt:
    claim = case.claim
    end, answer, payload = outcome.end, outcome.answer, outcome.payload
    secrets = outcome.plan.secrets() if outcome.plan else []
    error = _redacted(outcome.error, secrets)
    quiet = isinstance(payload, dict) and payload.get("nothing_to_report") is True
    text = said_by(payload) or (answer.text if answer else "")
    return Receipt(
        run_id=claim.run_id,
        sequence=claim.seq,
        job_id=claim.job_id,
        kind=claim.kind,
        trigger=claim.trigger,
        role=claim.role,
        actor=claim.actor,
        status=outcome.status,
        queued_at=utc_text_ms(claim.queued_ms),
        host=record.host(hands.project.identity.boot),
        scheduled_for=record.instant_or_none(claim.scheduled_for),
        started_at=utc_text_ms(claim.started_ms),
        ended_at=utc_text_ms(ended_ms),
        duration_ms=max(ended_ms - claim.started_ms, 0),
        error=error,
        exit_code=end.exit.code if end else None,
        signal=end.exit.signal if end else None,
        attempts=(_attempt_record(outcome, end, error),) if end else (),
        target=outcome.plan.target if outcome.plan else "",
        message=record.redact(text, secrets),
        nothing_to_report=quiet and outcome.status is RunStatus.SUCCEEDED,
        payload=payload,
        usage=answer.usage if answer else None,
        cost_usd=answer.cost_usd if answer else None,
        leftovers=end.leftovers if end else (),
        leftovers_method="subreaper" if hands.reaper.subreaper else "best effort",
        references=record.references(claim.replay_of),
    )


def _attempt_record(
    outcome: Outcome, end: AttemptEnd, error: ErrorEnvelope | None
) -> AttemptRecord:
    return AttemptRecord(
        number=1,
        status=outcome.status,
        started_at=utc_text_ms(end.started_ms),
        ended_at=utc_text_ms(end.ended_ms),
        pid=end.pid,
        exit_code=end.exit.code,
        signal=end.exit.signal,
        error=error,
    )


def _redacted(error: ErrorEnvelope | None, secrets: list[str]) -> ErrorEnvelope | None:
    if error is None:
        return None
    return msgspec.structs.replace(error, message=record.redact(error.message, secrets))


@functools.lru_cache(maxsize=256)
def _definition(body: bytes) -> Definition:
    return decode_definition(body)
