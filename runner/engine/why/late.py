"""Why a run began late: nobody looked, or it waited, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.absence import ASLEEP_MS, ORDINARY
from runner.engine.attendance import between_ticks
from runner.engine.why.case import Case, unseen_around
from runner.engine.why.moments import length
from runner.engine.why.unseen import INFERRED
from runner.model.account import Fact
from runner.model.occurrence import Reason
from runner.model.run import RunStatus
from runner.store import account, meta, ticks
from runner.store.ticks import Window

if TYPE_CHECKING:
    from runner.model.system import Gap
    from runner.model.views import RunView
    from runner.store.account import Before, Kept

LATE_SECONDS = 60
"""A delay that is worth a reason."""


class Late(NamedTuple):
    """The end of "It ran …, 4m late: …", with what supports it."""

    cause: str
    facts: list[Fact]
    gap: Gap | None = None


def why_late(case: Case, kept: Kept, run: RunView, started: int) -> Late:
    """The share that nobody looked, and the share that it waited in its queue."""
    instant = kept.stretch.first
    moments = case.about(instant)
    causes: list[str] = []
    facts: list[Fact] = []
    gap = None
    unseen_for = kept.decided_ms // 1000 - instant
    waited = started - run.queued_ms // 1000
    if unseen_for >= LATE_SECONDS or unseen_for >= waited:
        unseen = unseen_around(case, instant, kept.decided_ms)
        causes.append(unseen.words(moments))
        facts += unseen.facts(moments)
        gap = unseen.gap
    if waited >= LATE_SECONDS or waited > unseen_for:
        window = Window(run.queued_ms, started * 1000)
        told, more = waiting(case, run, window)
        causes.append(f"it waited {length(waited)} in its queue{told}")
        facts += [Fact("waited", length(waited)), *more]
    return Late(", and ".join(causes), facts, gap)


def waiting(case: Case, run: RunView, window: Window) -> tuple[str, list[Fact]]:
    """What a run waited for in its queue: `, behind run … of job_b`, or nothing known."""
    told: list[str] = []
    facts: list[Fact] = []
    asleep, restarted = _away(case, window)
    if restarted:
        told.append(f"in which the machine was started anew{INFERRED}")
    if asleep:
        told.append(f"of which the machine slept about {length(asleep)}{INFERRED}")
        facts.append(Fact("asleep", f"about {length(asleep)}"))
    if told:
        facts.append(Fact("inferred from", "the clocks of the ticks around that time"))
    if held := _held(case, window):
        told.append(held)
    elif before := _in_its_way(case, run, window):
        told.append(_behind(run, before))
        facts.append(Fact("behind", _described(case, before)))
    return "".join(f", {it}" for it in told), facts


def _away(case: Case, window: Window) -> tuple[int, bool]:
    """How many seconds, about, the machine slept in that time, and whether it was restarted."""
    asleep_ms, restarted = 0, False
    pairs = ticks.apart(case.project.index, window, ORDINARY)
    latest = ticks.latest(case.project.index, 1)
    pairs += [ticks.Pair(it, None) for it in latest if it.wall_ms < window.until_ms]
    for pair in pairs:
        between = between_ticks(pair, case.here)
        # Part of a sleep may lie outside, as far as there was time for it.
        before = max(window.since_ms - between.before.wall_ms, 0)
        after = max(between.after.wall_ms - window.until_ms, 0)
        if between.asleep_ms - before - after >= ASLEEP_MS:
            within = window.until_ms - window.since_ms
            asleep_ms += min(between.asleep_ms, within)
        booted = between.booted_ms
        restarted |= booted is not None and window.since_ms < booted < window.until_ms
    return asleep_ms // 1000, restarted


def _held(case: Case, window: Window) -> str:
    """Until when its agent's provider served nobody, where that ended in this time."""
    row = case.in_force(Reason.HELD, window.until_ms)
    if row is None or row.until is None or row.until * 1000 < window.since_ms:
        return ""
    until = case.about(case.now).brief(row.until)
    return f"as its agent's provider served nobody until {until}"


def _in_its_way(case: Case, run: RunView, window: Window) -> Before | None:
    """The run whose end it waited for, as far as that can be told.

    Of its own job, where they run alone; else of a pool whose places were all taken.
    """
    index = case.project.index
    found = account.before_it(index, run.run_id, window)
    own = [it for it in found if it.alone and it.job_id == run.job_id]
    pooled = [it for it in found if it.same_pool]
    pool = pooled[0].pool if pooled else ""
    full = len(pooled) >= meta.pools(index).get(pool, 1)
    return next(iter(own or (pooled if full else [])), None)


def _behind(run: RunView, before: Before) -> str:
    died = ", whose worker had died" if before.status is RunStatus.LOST else ""
    if before.job_id == run.job_id:
        return f"behind run {before.run_id} of the same job{died}"
    where = f"in pool {before.pool}"
    return f"behind run {before.run_id} of {before.job_id} {where}{died}"


def _described(case: Case, before: Before) -> str:
    moments = case.about(case.now)
    ended = before.ended_ms
    until = "still running" if ended is None else f"until {moments.full(ended // 1000)}"
    since = moments.full(before.started_ms // 1000)
    return f"{before.run_id} of {before.job_id}, from {since}, {until}"
