"""What became of an occurrence that has a run: when it ran, how late, and why late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.engine.case import Case, Finding, gap_around
from runner.engine.moments import Moments, length
from runner.model.account import Fact, Verdict
from runner.model.run import RunStatus, Trigger
from runner.store import history

if TYPE_CHECKING:
    from runner.model.views import RunView
    from runner.store.account import Kept

LATE_SECONDS = 60
"""A delay that is worth a reason."""

_WAITING = {
    RunStatus.QUEUED: "It waits for a free place in its pool, queued since {since}.",
    RunStatus.RUNNING: "It has been running since {since}.",
    RunStatus.RETRY_WAIT: "It failed and waits to be tried again, running since {since}.",
}


def explain_run(case: Case, instant: int, kept: Kept, run_id: str) -> Finding:
    moments = case.about(instant)
    run = history.one(case.project.index, run_id)
    if run is None:
        answer = f"Run {run_id} was queued for it, of which nothing is kept any more."
        return Finding(Verdict.RAN, answer, [Fact("run", run_id)])
    queued = Fact("queued", moments.full(run.queued_ms // 1000))
    facts = [queued, *run_facts(moments, run)]
    if not run.status.ended:
        return _waits(moments, run, facts)
    hint = f"jobconsole runs show {run.run_id}"
    if run.started_ms is None:
        answer = f"It was queued and {ending(run)} before it started."
        return Finding(Verdict.NOT_STARTED, answer, facts, hint, run)
    verdict, answer, more = _ran(case, kept, run, run.started_ms // 1000)
    return Finding(verdict, answer, [*facts, *more], hint, run)


def _ran(
    case: Case, kept: Kept, run: RunView, started: int
) -> tuple[Verdict, str, list[Fact]]:
    instant = kept.stretch.first
    late = max(started - instant, 0)
    clock = case.about(instant).brief(started)
    caught_up = run.trigger is Trigger.CATCH_UP
    if late < LATE_SECONDS and not caught_up:
        answer = f"It ran at {clock}, on time, and {ending(run)}."
        return Verdict.RAN, answer, []
    cause, facts = _why_late(case, kept, run.queued_ms // 1000, started)
    how = "was caught up" if caught_up else "ran"
    answer = f"It {how} at {clock}, {length(late)} late: {cause}."
    return Verdict.CAUGHT_UP if caught_up else Verdict.RAN_LATE, answer, facts


def run_facts(moments: Moments, run: RunView, name: str = "run") -> list[Fact]:
    """Which run it was and how it went."""
    facts = [Fact(name, f"{run.run_id}, {status_words(run)}")]
    if run.started_ms is not None:
        facts.append(Fact("started", moments.full(run.started_ms // 1000)))
    if run.ended_ms is not None:
        facts.append(Fact("ended", moments.full(run.ended_ms // 1000)))
    if run.error_message:
        facts.append(Fact("error", run.error_message))
    return facts


def status_words(run: RunView) -> str:
    words = str(run.status).replace("_", " ")
    if run.status is RunStatus.FAILED and run.exit_code:
        return f"{words} (exit {run.exit_code})"
    return words


def ending(run: RunView) -> str:
    """`succeeded`, `was cancelled`: after the words "It ran and"."""
    passive = run.status in {RunStatus.CANCELLED, RunStatus.LOST}
    return f"was {run.status}" if passive else status_words(run)


def _waits(moments: Moments, run: RunView, facts: list[Fact]) -> Finding:
    since = run.started_ms if run.started_ms is not None else run.queued_ms
    answer = _WAITING[run.status].format(since=moments.brief(since // 1000))
    queued = run.status is RunStatus.QUEUED
    hint = "jobconsole history" if queued else f"jobconsole tail {run.run_id}"
    return Finding(Verdict.WAITS, answer, facts, hint, run)


def _why_late(
    case: Case, kept: Kept, queued: int, started: int
) -> tuple[str, list[Fact]]:
    """The share that nobody looked, and the share that it waited in its queue."""
    instant = kept.stretch.first
    moments = case.about(instant)
    causes: list[str] = []
    facts: list[Fact] = []
    unseen, waited = kept.decided_ms // 1000 - instant, started - queued
    if unseen >= LATE_SECONDS or unseen >= waited:
        gap = gap_around(case, instant, kept.decided_ms)
        causes.append(gap.words(moments))
        facts += gap.facts(moments)
    if waited >= LATE_SECONDS or waited > unseen:
        causes.append(f"it waited {length(waited)} in its queue")
        facts.append(Fact("waited", length(waited)))
    return ", and ".join(causes), facts
