"""Makes receipts: of runs that came to their end, and of those that repair ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.engine import record
from runner.engine.judge import has_nothing_to_report, said_by
from runner.engine.redact import redact
from runner.model.instants import utc_text_ms
from runner.model.receipt import AgentRecord, AttemptRecord, ErrorEnvelope, Receipt
from runner.model.run import RunStatus
from runner.process.environment import masked

if TYPE_CHECKING:
    from runner.engine.perform import Outcome
    from runner.engine.project import Project
    from runner.engine.supervise import AttemptEnd
    from runner.store.run_rows import RunRow
    from runner.store.runs import Claim


_MESSAGE = 16 * 1024
"""How many characters of what a job said are in its receipt."""


def outline(
    project: Project, run: Claim | RunRow, status: RunStatus, ended_ms: int
) -> Receipt:
    """What its row tells of any run that has ended."""
    started_ms = run.started_ms
    return Receipt(
        run_id=run.run_id,
        sequence=run.seq,
        job_id=run.job_id,
        kind=run.kind,
        trigger=run.trigger,
        role=run.role,
        actor=run.actor,
        status=status,
        queued_at=utc_text_ms(run.queued_ms),
        host=record.host(project.identity.boot),
        scheduled_for=record.instant_or_none(run.scheduled_for),
        started_at=record.time_or_none(started_ms),
        ended_at=utc_text_ms(ended_ms),
        duration_ms=None if started_ms is None else max(ended_ms - started_ms, 0),
        references=record.references(run.replay_of),
        params=masked(run.params),
    )


def receipt_of(run: Receipt, outcome: Outcome, *, by_subreaper: bool) -> Receipt:
    """The outline of a run, and what came of it.

    `by_subreaper`: nothing that it left behind could hide.
    """
    end, work, plan = outcome.end, outcome.work, outcome.plan
    payload = outcome.payload
    secrets = plan.secrets() if plan else []
    error = _redacted(outcome.error, secrets)
    answer = work.answer.text if work else ""
    quiet = has_nothing_to_report(payload, answer)
    made = msgspec.structs.replace(
        run,
        error=error,
        target=plan.target if plan else "",
        message=_shortened(redact(said_by(payload) or answer, secrets)),
        nothing_to_report=quiet and outcome.status is RunStatus.SUCCEEDED,
        payload=payload,
        agent=_agent_record(outcome),
        leftovers_method="subreaper" if by_subreaper else "best effort",
    )
    if work is not None:
        made = msgspec.structs.replace(
            made,
            usage=work.standing.usage,
            cost_usd=work.bill.cost_usd,
            cost_estimated=work.bill.cost_estimated,
        )
    if end is None:
        return made
    return msgspec.structs.replace(
        made,
        exit_code=end.exit.code,
        signal=end.exit.signal,
        attempts=(_attempt_record(outcome, end, error),),
        leftovers=end.leftovers,
    )


def _shortened(text: str) -> str:
    """The whole is in summary.md."""
    return text if len(text) <= _MESSAGE else f"{text[:_MESSAGE]}…"


def _agent_record(outcome: Outcome) -> AgentRecord | None:
    """Which agent it was, with what it told of itself."""
    if outcome.plan is None or outcome.plan.agent is None:
        return None
    chosen = outcome.plan.agent.record
    if outcome.work is None:
        return chosen
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
    return msgspec.structs.replace(error, message=redact(error.message, secrets))
