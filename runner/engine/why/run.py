"""What became of an occurrence that has a run: when it ran, how late, and why late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.engine.why.case import Case, Finding, unseen_around
from runner.engine.why.late import LATE_SECONDS, waiting, why_late
from runner.engine.why.moments import Moments, length
from runner.model.account import Fact, Verdict
from runner.model.run import RunStatus, Trigger
from runner.store import history
from runner.store.ticks import Window

if TYPE_CHECKING:
    from runner.model.views import RunView
    from runner.store.account import Kept

_WAITING = {
    RunStatus.QUEUED: "It waits for its turn, queued since {since}{behind}.",
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
        return _waits(case, kept, run, facts)
    hint = f"jobconsole runs show {run.run_id}"
    if run.started_ms is None:
        answer = f"It was queued and {ending(run)} before it started."
        return Finding(Verdict.NOT_STARTED, answer, facts, hint, run)
    finding = _ran(case, kept, run, run.started_ms // 1000)
    return finding._replace(facts=[*facts, *finding.facts], hint=hint, run=run)


def _ran(case: Case, kept: Kept, run: RunView, started: int) -> Finding:
    instant = kept.stretch.first
    late = started - instant
    clock = case.about(instant).brief(started)
    caught_up = run.trigger is Trigger.CATCH_UP
    if late < LATE_SECONDS and not caught_up:
        how = "on time" if late >= 0 else "as the clock was set back after its time"
        answer = f"It ran at {clock}, {how}, and {ending(run)}."
        return Finding(Verdict.RAN, answer, [])
    cause, facts, gap = why_late(case, kept, run, started)
    how = "was caught up" if caught_up else "ran"
    answer = f"It {how} at {clock}, {length(max(late, 0))} late: {cause}."
    verdict = Verdict.CAUGHT_UP if caught_up else Verdict.RAN_LATE
    return Finding(verdict, answer, facts, gap=gap)


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


def _waits(case: Case, kept: Kept, run: RunView, facts: list[Fact]) -> Finding:
    instant = kept.stretch.first
    moments = case.about(instant)
    since = run.started_ms if run.started_ms is not None else run.queued_ms
    behind, more = "", list[Fact]()
    if run.status is RunStatus.QUEUED:
        behind, more = waiting(case, run, Window(run.queued_ms, case.now_ms))
    clock = moments.brief(since // 1000)
    answer = _WAITING[run.status].format(since=clock, behind=behind)
    queued = run.status is RunStatus.QUEUED
    hint = "jobconsole history" if queued else f"jobconsole tail {run.run_id}"
    finding = Finding(Verdict.WAITS, answer, [*facts, *more], hint, run)
    late = kept.decided_ms // 1000 - instant
    if late < LATE_SECONDS:
        return finding
    unseen = unseen_around(case, instant, kept.decided_ms)
    return finding._replace(
        answer=f"{answer} It was queued {length(late)} late: {unseen.words(moments)}.",
        facts=[*finding.facts, *unseen.facts(moments)],
        gap=unseen.gap,
    )
