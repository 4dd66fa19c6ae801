"""From wall-clock minutes to instants, by cron's rules for daylight saving.

The rules are those of Vixie cron as Debian ships it: *fixed* times in a gap of up to
three hours fire once at its end, and once only when the clock goes back; *wildcard*
times fire whenever the wall clock shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from runner.schedule.pattern import Pattern
    from runner.schedule.zones import Span, Zone

MINUTE = 60
LONGEST_GAP = 3 * 3600
"""What a longer jump skips is lost."""

HORIZON = 100 * 366 * 86_400
"""A pattern that only ever falls into gaps never fires: stop looking there."""
EARLIEST = -2_208_988_800
LATEST = 253_339_228_800
"""1900-01-01 and 9998-01-01: everything beyond is outside every timetable."""


class Reach(NamedTuple):
    """The wall-clock minutes `low` ≤ m < `high` that one span answers for.

    Those before `first`, the first whole minute that the span shows, were skipped
    and all fire at `first`.
    """

    low: int
    first: int
    high: int


class WallTimetable:
    """A pattern of wall-clock minutes in a zone."""

    def __init__(self, pattern: Pattern, zone: Zone, *, wildcard: bool) -> None:
        self.pattern = pattern
        self.zone = zone
        self.wildcard = wildcard

    def next(self, after: int) -> int | None:
        instant = max(after + 1, EARLIEST)
        limit = min(instant + HORIZON, LATEST)
        while instant < limit:
            span = self.zone.span(instant)
            reach = self._reach(span)
            low = _minute_from(instant, span, reach)
            match = self.pattern.first(low, reach.high)
            if match is not None:
                return max(match, reach.first) * MINUTE - span.offset
            instant = span.end
        return None

    def latest(self, until: int) -> int | None:
        instant = min(until, LATEST)
        limit = max(instant - HORIZON, EARLIEST)
        while instant >= limit:
            span = self.zone.span(instant)
            reach = self._reach(span)
            high = min(_minute_at(instant, span) + 1, reach.high)
            if high > reach.first:
                match = self.pattern.last(reach.low, high)
                if match is not None:
                    return max(match, reach.first) * MINUTE - span.offset
            instant = span.start - 1
        return None

    def count(self, after: int, until: int) -> int:
        count = 0
        instant = max(after + 1, EARLIEST)
        last = min(until, LATEST)
        while instant <= last:
            span = self.zone.span(instant)
            reach = self._reach(span)
            low = _minute_from(instant, span, reach)
            high = min(_minute_at(last, span) + 1, reach.high)
            if high > reach.first:
                count += self.pattern.count(max(low, reach.first + 1), high)
                count += self._fires_at_first(low, reach)
            instant = span.end
        return count

    def _fires_at_first(self, low: int, reach: Reach) -> bool:
        """Whether `first` fires, itself or for what was skipped from `low` on."""
        return self.pattern.count(low, reach.first + 1) > 0

    def _reach(self, span: Span) -> Reach:
        first = _ceil_minute(span.start + span.offset)
        high = _ceil_minute(span.end + span.offset)
        if self.wildcard:
            return Reach(first, first, high)
        if span.repeated:
            return Reach(high, high, high)
        skipped = span.skipped if span.skipped <= LONGEST_GAP else 0
        return Reach(_ceil_minute(span.start + span.offset - skipped), first, high)


def _minute_from(instant: int, span: Span, reach: Reach) -> int:
    """The first of the span's minutes that do not fire before `instant`."""
    minute = _ceil_minute(instant + span.offset)
    return reach.low if minute <= reach.first else minute


def _minute_at(instant: int, span: Span) -> int:
    """The minute on the wall clock, which may lie beyond the span's end."""
    return (instant + span.offset) // MINUTE


def _ceil_minute(second: int) -> int:
    return -(-second // MINUTE)
