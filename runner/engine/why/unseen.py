"""The time around an instant in which nobody looked, and why: in words and in facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.absence import Between
from runner.engine.why.moments import Moments, length
from runner.model.account import Fact
from runner.model.system import Absence
from runner.process.driver import REGULAR, Driver
from runner.store import ticks

if TYPE_CHECKING:
    from runner.model.system import Gap
    from runner.store.db import Connection
    from runner.store.ticks import Look, Pair, Tick

INFERRED = " (inferred from its clocks)"

_NEARLY = 10
"""A machine that slept all but a tenth of the time slept through it."""


class Unseen(NamedTuple):
    """Between two looks. `here` is the look of who asks now.

    `pair` None: no tick before the instant is known. `decided_ms` is when the instant was
    decided, if it was: whoever did had looked, even if it was no tick. `kept_ms` is when
    the first tick was, where those before it are not kept any more.
    """

    pair: Pair | None
    here: Look
    decided_ms: int | None
    first_ms: int | None
    kept_ms: int | None

    @property
    def since(self) -> int | None:
        return None if self.pair is None else self.pair.before.wall_ms // 1000

    @property
    def until(self) -> int | None:
        """In seconds; None: nobody has looked until now."""
        after = self.pair.after.wall_ms if self.pair and self.pair.after else None
        if self.pair is None:
            after = self.first_ms
        looks = [it for it in (after, self.decided_ms) if it is not None]
        return min(looks) // 1000 if looks else None

    @property
    def between(self) -> Between | None:
        if self.pair is None:
            return None
        before, after = self.pair
        return Between(before.look, after.look if after else self.here, before.period)

    @property
    def gap(self) -> Gap | None:
        return self.between.gap() if self.between else None

    def words(self, moments: Moments) -> str:
        """`the machine slept from about 05:40 to 07:12 (inferred from its clocks)`."""
        between = self.between
        if between is None:
            return self._before_the_first(moments)
        told = _cause(self, between, moments)
        if between.set_ms:
            when = (
                ", and {} meanwhile"
                if told
                else f"{{}} {_span(self, between, moments)}"
            )
            told += when.format(f"the clock was set {set_words(between.set_ms)}")
        return f"{told}{INFERRED}" if told else self._in_time(between, moments)

    def _in_time(self, between: Between, moments: Moments) -> str:
        """Ticks come again and again; in between a timer is to stand in."""
        before = between.before.wall_ms // 1000
        if self.until is None:
            told = f"nobody has looked since {moments.brief(before)}"
            if self.pair is None or self.pair.before.driver not in REGULAR:
                return told
            by = moments.brief(before + between.period)
            return f"{told}; the next tick is to come by {by}"
        return f"nobody looked {_span(self, between, moments)}, and no timer stood in"

    def facts(self, moments: Moments) -> list[Fact]:
        before, after = self.pair or (None, None)
        none = "none" if self.kept_ms is None else "not kept"
        first = none if self.since is None else moments.full(self.since)
        then = "none yet" if self.until is None else moments.full(self.until)
        first += _by(before)
        if after and after.wall_ms // 1000 == self.until:
            then += _by(after)
        facts = [Fact("last look before", first), Fact("first look after", then)]
        return facts + (_inferences(self.between, moments) if self.between else [])

    def _before_the_first(self, moments: Moments) -> str:
        if self.kept_ms is not None:
            kept = moments.full(self.kept_ms // 1000)
            return f"who looked then is not kept any more (looks are from {kept} on)"
        if self.until is None:
            return "nobody has ever looked"
        return f"nobody looked before {moments.brief(self.until)}"


def unseen(
    index: Connection, here: Look, instant: int, decided_ms: int | None = None
) -> Unseen:
    at_ms = instant * 1000
    pair = None
    if decided_ms is not None:
        pair = ticks.around(index, at_ms, decided_ms, here.wall_ms)
    pair = pair or ticks.around(index, at_ms, at_ms, here.wall_ms)
    first = ticks.first(index)
    first_ms = first and first.wall_ms
    kept_ms = first.wall_ms if first and not first.is_the_first else None
    return Unseen(pair, here, decided_ms, first_ms, kept_ms)


def _by(tick: Tick | None) -> str:
    known = tick is not None and tick.driver not in {"", Driver.OTHER}
    return f", by {tick.driver}" if tick and known else ""


def _cause(it: Unseen, between: Between, moments: Moments) -> str:
    span = _span(it, between, moments)
    match between.cause:
        case Absence.OFF:
            return _off(it, between, moments)
        case Absence.ASLEEP:
            return _asleep(it, between, moments)
        case Absence.NOT_CALLED if between.asleep_ms:
            slept = length(between.asleep_ms // 1000)
            awake = length(between.uncalled_ms // 1000)
            return f"{span} the machine slept for {slept} and was awake for {awake} without a tick"
        case Absence.NOT_CALLED:
            came = "came" if it.until is not None else "has come"
            return f"no tick {came} {span} although the machine was awake"
        case None:
            return ""


def _asleep(it: Unseen, between: Between, moments: Moments) -> str:
    through = between.awake_ms * _NEARLY <= between.passed_ms
    if through and it.until is not None and not between.set_ms:
        since = moments.brief(between.before.wall_ms // 1000)
        return f"the machine slept from about {since} to {moments.brief(it.until)}"
    slept = length(between.asleep_ms // 1000)
    more = "" if it.until is not None else ", and nobody has looked"
    return f"the machine slept for {slept} {_span(it, between, moments)}{more}"


def _off(it: Unseen, between: Between, moments: Moments) -> str:
    """When it went off is not known: only when somebody looked before."""
    booted = (between.booted_ms or 0) // 1000
    since = moments.brief(between.before.wall_ms // 1000)
    told = f"the machine went off some time after {since} and was started at {moments.brief(booted)}"
    if it.until is None:
        return f"{told}, and no tick has come since"
    if between.uncalled_ms:
        return f"{told}, and no tick came until {moments.brief(it.until)}"
    return told


def _span(it: Unseen, between: Between, moments: Moments) -> str:
    since = moments.brief(between.before.wall_ms // 1000)
    if it.until is None:
        return f"since {since}"
    return f"between {since} and {moments.brief(it.until)}"


def set_words(step_ms: int) -> str:
    """`forward by 2h`."""
    way = "forward" if step_ms > 0 else "back"
    return f"{way} by {length(abs(step_ms) // 1000)}"


def _inferences(between: Between, moments: Moments) -> list[Fact]:
    facts: list[Fact] = []
    sources: list[str] = []
    if between.booted_ms is not None:
        facts.append(Fact("machine started", moments.full(between.booted_ms // 1000)))
        sources.append("another boot id, and the time since that boot")
    if between.asleep_ms:
        facts.append(Fact("asleep", length(between.asleep_ms // 1000)))
        sources.append(
            "the clock that stands still in sleep against the one that does not"
        )
    if between.uncalled_ms:
        facts.append(Fact("awake, no tick", length(between.uncalled_ms // 1000)))
        sources.append("time awake against the agreed period")
    if between.set_ms:
        facts.append(Fact("clock set", set_words(between.set_ms)))
        sources.append("the wall clock against the one that is never set")
    if sources:
        facts.append(Fact("inferred from", "; ".join(sources)))
    return facts
