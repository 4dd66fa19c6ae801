"""What a change of the clock does to the local times that a schedule names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.model.agenda import Effect
from runner.schedule.wall import LONGEST_GAP, MINUTE, WallTimetable
from runner.schedule.zones import DAY, zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.schedule import Timetable


class Change(NamedTuple):
    """At `instant` a clock that was `before` seconds ahead of UTC goes on `after`."""

    instant: int
    before: int
    after: int

    @property
    def forward(self) -> bool:
        return self.after > self.before

    @property
    def first(self) -> int:
        """The first wall-clock second that is left out, or shown twice."""
        return self.instant + min(self.before, self.after)

    @property
    def end(self) -> int:
        """The wall-clock second after the last of them."""
        return self.instant + max(self.before, self.after)


class Shift(NamedTuple):
    """Named times that a change concerns: how many, and the first (wall seconds)."""

    effect: Effect
    first: int
    times: int


def changes(name: str, start: int, end: int) -> Iterator[Change]:
    """The changes of a zone's clock in [start, end)."""
    there = zone(name)
    before = there.span(start - 1)
    while before.end < end:
        after = there.span(before.end)
        if after.skipped or (after.repeated and not before.repeated):
            yield Change(after.start, before.offset, after.offset)
        before = after


def shift(timetable: Timetable, change: Change) -> Shift | None:
    """What a change does to a timetable; None where it names no time concerned."""
    if not isinstance(timetable, WallTimetable):
        return None
    low, high = -(-change.first // MINUTE), -(-change.end // MINUTE)
    first = timetable.pattern.first(low, high)
    if first is None:
        return None
    count = timetable.pattern.count(low, high)
    return Shift(_effect(timetable, change), first * MINUTE, count)


def offset(name: str, instant: int) -> int:
    """How many seconds the zone's clock is ahead of UTC."""
    return zone(name).span(instant).offset


def change_near(name: str, instant: int) -> Change | None:
    """The change that makes the clock show this instant's time twice.

    Or the one that left out what comes just before it.
    """
    for change in changes(name, instant - DAY, instant + DAY):
        if change.forward and change.instant == instant:
            return change
        wall = instant + offset(name, instant)
        if not change.forward and change.first <= wall < change.end:
            return change
    return None


def instant_of(wall: int, name: str) -> tuple[int, Change | None]:
    """When the zone's clock shows a time (seconds since 1970 by that clock).

    Of a time that is shown twice the first; the end of the gap for one that is left
    out. The change tells which of the two it was.
    """
    ahead = offset(name, wall - DAY)
    for change in changes(name, wall - DAY, wall + DAY + 1):
        if wall < change.first:
            break
        if wall < change.end:
            return change.instant if change.forward else wall - change.before, change
        ahead = change.after
    return wall - ahead, None


def _effect(timetable: WallTimetable, change: Change) -> Effect:
    if not change.forward:
        return Effect.TWICE if timetable.wildcard else Effect.ONCE
    lost = timetable.wildcard or change.after - change.before > LONGEST_GAP
    return Effect.LOST if lost else Effect.MOVED
