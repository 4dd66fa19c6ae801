"""One run, from its claim to its receipt."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.agents.base import Standing
from runner.engine import record
from runner.engine.attend import Attendant, Charge
from runner.engine.budget import Subject, demand_funds, purse_of
from runner.engine.evidence import missing_evidence, witness
from runner.engine.judge import (
    Facts,
    Stop,
    StopReason,
    has_nothing_to_report,
    judge,
    said_by,
)
from runner.engine.prepare import Execution, Plan, plan
from runner.engine.settle import write_receipt
from runner.engine.supervise import AttemptEnd, Scene, attempt
from runner.model.definition import Definition, decode_definition
from runner.model.errors import JobconsoleError, LockHeldError
from runner.model.instants import utc_text_ms
from runner.model.job import Expect
from runner.model.receipt import AgentRecord, AttemptRecord, ErrorEnvelope, Receipt
from runner.model.run import RunStatus
from runner.process.failpoint import failpoint
from runner.process.locks import Holder, PidLock
from runner.process.scratch import make_scratch, remove_scratch
from runner.store import runs
from runner.store.events import EventLog
from runner.store.folders import RunFolder, open_regular, write_file
from runner.store.spending import Bill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    end: AttemptEnd | None = None
    plan: Plan | None = None
    payload: object = None
    work: Work | None = None


class Work(NamedTuple):
    """What an agent did: its last word, what it used, and what is known of it."""

    answer: Answer
    bill: Bill
    standing: Standing


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
            outcome = _attempted(hands, case._replace(scratch=scratch))
    except JobconsoleError as error:
        envelope = ErrorEnvelope(
            error.code, error.message, error.hint, dict(error.data)
        )
        outcome = Outcome(RunStatus.FAILED, envelope)
    ended_ms = clock.wall_ms()
    events.append(ended_ms, "run_ended", status=outcome.status)
    receipt = _receipt(hands, case, outcome, ended_ms)
    record.write_summary(folder, receipt, _said(folder, outcome))
    failpoint("worker.summarised")
    return receipt.with_artifacts(record.artifacts(folder))


def _said(folder: RunFolder, outcome: Outcome) -> str:
    """What the job said last: an agent its answer, any other its last lines."""
    if outcome.work is not None and outcome.work.answer.text:
        said = outcome.work.answer.text
    else:
        said = record.tail(folder.stdout) or record.tail(folder.stderr)
    return record.redact(said, outcome.plan.secrets() if outcome.plan else [])


@contextlib.contextmanager
def _scratch(hands: Hands, case: Execution) -> Iterator[Path | None]:
    """A folder for an agent alone, as long as its run goes on."""
    if case.definition.job.agent is None:
        yield None
        return
    scratch = make_scratch(case.claim.run_id, hands.base)
    try:
        yield scratch
    finally:
        remove_scratch(scratch)


def _attempted(hands: Hands, case: Execution) -> Outcome:
    claim, definition, folder, events, _ = case
    project, job = hands.project, definition.job
    subject = Subject(job, definition.roles[claim.role], claim.run_id)
    demand_funds(purse_of(project), subject)
    chosen = plan(project, case, hands.base)
    _leave_word(project, case, chosen)
    seen = witness(job.expect, Path(definition.root))
    attendant = _attendant(project, subject, chosen, case)
    end = attempt(chosen, job.leftovers, _scene(hands, case, attendant))
    events.append(
        end.ended_ms, "attempt_ended", exit_code=end.exit.code, signal=end.exit.signal
    )
    work = _work(attendant, end)
    facts = Facts(
        exit=end.exit,
        stopped=end.stopped,
        payload=_payload(folder, chosen, events, end.ended_ms),
        answer_error=work.answer.error if work else None,
        escaped=len(end.leftovers),
        leftovers=job.leftovers,
    )
    status, error = judge(facts)
    if status is RunStatus.SUCCEEDED and job.expect != Expect():
        text = work.answer.text if work else record.tail(folder.stdout)
        missing = missing_evidence(seen, chosen, text)
        status, error = judge(facts._replace(missing=missing))
    return Outcome(status, error, end, chosen, facts.payload, work)


def _leave_word(project: Project, case: Execution, chosen: Plan) -> None:
    """What exactly runs, and what it is told: before it starts."""
    revision = record.git_revision(Path(case.definition.root))
    folder = case.folder
    write_file(folder.manifest, record.manifest(case.claim, chosen, revision))
    if chosen.prompt is not None:
        write_file(folder.prompt, chosen.prompt.encode())
    if chosen.agent is not None:
        now_ms = project.clock.wall_ms()
        for name, health in chosen.agent.record.mcp.items():
            case.events.append(
                now_ms,
                "mcp_asked",
                server=name,
                state=health.state,
                took_ms=health.took_ms,
                detail=record.redact(health.detail, chosen.secrets()),
            )
    failpoint("worker.prepared")


def _attendant(
    project: Project, subject: Subject, chosen: Plan, case: Execution
) -> Attendant | None:
    agent = subject.job.agent
    if chosen.agent is None or agent is None:
        return None
    resumed_ms = project.clock.wall_ms() if case.claim.resume else None
    charge = Charge(
        subject=subject,
        reader=chosen.agent.adapter.reader(resumed_ms),
        stdout=case.folder.stdout,
        log=None if chosen.agent.adapter.is_plain else case.folder.agent_log,
        environment=chosen.environment,
        prices=agent.prices,
        model=chosen.agent.command.model,
        tells_cost=chosen.agent.adapter.tells_cost,
        silence=agent.silence,
        secrets=chosen.secrets(),
    )
    return Attendant(project, charge, case.events)


def _work(attendant: Attendant | None, end: AttemptEnd) -> Work | None:
    if attendant is None:
        return None
    answer = attendant.conclude(end.exit.code)
    return Work(answer, attendant.bill, attendant.standing)


def _scene(hands: Hands, case: Execution, attendant: Attendant | None) -> Scene:
    index, run_id = hands.project.index, case.claim.run_id

    def stops() -> Stop | None:
        level, actor = runs.cancel_level(index, run_id)
        wanted = attendant.look() if attendant else None
        if level:
            text = f"cancelled by {actor or ''}"
            return Stop(StopReason.CANCEL, text, now=level > 1)
        return wanted

    return Scene(
        run_id=run_id,
        folder=case.folder,
        clock=hands.project.clock,
        table=hands.table,
        reaper=hands.reaper,
        events=case.events,
        stops=stops,
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


def _receipt(hands: Hands, case: Execution, outcome: Outcome, ended_ms: int) -> Receipt:
    claim = case.claim
    end, work, payload = outcome.end, outcome.work, outcome.payload
    secrets = outcome.plan.secrets() if outcome.plan else []
    error = _redacted(outcome.error, secrets)
    answer = work.answer.text if work else ""
    quiet = has_nothing_to_report(payload, answer)
    bill = work.bill if work else Bill()
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
        message=record.redact(said_by(payload) or answer, secrets),
        nothing_to_report=quiet and outcome.status is RunStatus.SUCCEEDED,
        payload=payload,
        usage=work.standing.usage if work else None,
        cost_usd=bill.cost_usd,
        cost_estimated=bill.cost_estimated,
        agent=_agent_record(outcome),
        leftovers=end.leftovers if end else (),
        leftovers_method="subreaper" if hands.reaper.subreaper else "best effort",
        references=record.references(claim.replay_of),
    )


def _agent_record(outcome: Outcome) -> AgentRecord | None:
    """Which agent it was, with what it told of itself."""
    if outcome.plan is None or outcome.plan.agent is None:
        return None
    chosen, told = outcome.plan.agent.record, Standing()
    if outcome.work is not None:
        told = outcome.work.standing
    return msgspec.structs.replace(
        chosen, model=told.model or chosen.model, session=told.session
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
