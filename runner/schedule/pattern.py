"""Wall-clock minutes that recur on matching days: local time only, no zone.

Days count from 1970-01-01, minutes from that day's midnight, months from year 0.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY_MINUTES = 1440
MONTHS = frozenset(range(1, 13))
DAYS = frozenset(range(1, 32))
WEEKDAYS = frozenset(range(7))
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
FIRST_WEEKDAY = date(1970, 1, 1).weekday()


class DayRule(msgspec.Struct, frozen=True):
    """Which days match: in `months`, and by `days` of the month and `weekdays` (0 = Monday).

    With `either`, one of the two is enough.
    """

    months: frozenset[int] = MONTHS
    days: frozenset[int] = DAYS
    weekdays: frozenset[int] = WEEKDAYS
    either: bool = False

    def accepts(self, day_of_month: int, weekday: int) -> bool:
        by_day, by_weekday = day_of_month in self.days, weekday in self.weekdays
        return by_day or by_weekday if self.either else by_day and by_weekday


class Pattern:
    """The minutes that a schedule names, to search in both directions and to count.

    `minutes` are minutes of the day, at least one.
    """

    def __init__(self, minutes: Iterable[int], rule: DayRule) -> None:
        self._minutes = tuple(sorted(set(minutes)))
        self._rule = rule
        self._days_by_shape: dict[tuple[int, int, int], tuple[int, ...]] = {}

    def first(self, start: int, end: int) -> int | None:
        """The smallest matching minute in [`start`, `end`)."""
        day, minute_of_day = divmod(start, DAY_MINUTES)
        position = bisect_left(self._minutes, minute_of_day)
        if position == len(self._minutes):
            day, position = day + 1, 0
        found = self._first_day(day, end // DAY_MINUTES)
        if found is None:
            return None
        minute = found * DAY_MINUTES + self._minutes[position if found == day else 0]
        return minute if minute < end else None

    def last(self, start: int, end: int) -> int | None:
        """The largest matching minute in [`start`, `end`)."""
        day, minute_of_day = divmod(end - 1, DAY_MINUTES)
        position = bisect_right(self._minutes, minute_of_day) - 1
        if position < 0:
            day -= 1
        found = self._last_day(start // DAY_MINUTES, day)
        if found is None:
            return None
        minute = found * DAY_MINUTES + self._minutes[position if found == day else -1]
        return minute if minute >= start else None

    def count(self, start: int, end: int) -> int:
        """How many matching minutes lie in [`start`, `end`)."""
        if end <= start:
            return 0
        whole_days = self._count_days(start // DAY_MINUTES, end // DAY_MINUTES)
        return (
            whole_days * len(self._minutes)
            + self._count_since_midnight(end)
            - self._count_since_midnight(start)
        )

    def _count_since_midnight(self, minute: int) -> int:
        day, minute_of_day = divmod(minute, DAY_MINUTES)
        if self._first_day(day, day) != day:
            return 0
        return bisect_left(self._minutes, minute_of_day)

    def _first_day(self, day: int, last: int) -> int | None:
        """The first matching day ≥ `day`, looked for in the months up to `last`'s."""
        for month in range(_month_of(day), _month_of(last) + 1):
            first, days = self._month(month)
            position = bisect_left(days, day - first)
            if position < len(days):
                return first + days[position]
        return None

    def _last_day(self, first: int, day: int) -> int | None:
        """The last matching day ≤ `day`, looked for in the months down to `first`'s."""
        for month in range(_month_of(day), _month_of(first) - 1, -1):
            month_start, days = self._month(month)
            position = bisect_right(days, day - month_start)
            if position:
                return month_start + days[position - 1]
        return None

    def _count_days(self, start: int, end: int) -> int:
        """How many matching days lie in [`start`, `end`)."""
        count = 0
        for month in range(_month_of(start), _month_of(end) + 1):
            first, days = self._month(month)
            count += bisect_left(days, end - first) - bisect_left(days, start - first)
        return count

    def _month(self, month: int) -> tuple[int, tuple[int, ...]]:
        """The month's first day, and its matching days counted from that day."""
        first, length = _first_and_length(month)
        weekday = (first + FIRST_WEEKDAY) % 7
        shape = (month % 12 + 1, weekday, length)
        days = self._days_by_shape.get(shape)
        if days is None:
            days = self._days_by_shape[shape] = self._matching_days(*shape)
        return first, days

    def _matching_days(self, month: int, weekday: int, length: int) -> tuple[int, ...]:
        """`month` is 1 to 12, `weekday` that of its first day."""
        if month not in self._rule.months:
            return ()
        return tuple(
            index
            for index in range(length)
            if self._rule.accepts(index + 1, (weekday + index) % 7)
        )


def _month_of(day: int) -> int:
    there = date.fromordinal(day + EPOCH_ORDINAL)
    return 12 * there.year + there.month - 1


@lru_cache(maxsize=4096)
def _first_and_length(month: int) -> tuple[int, int]:
    first, after = (
        date(count // 12, count % 12 + 1, 1).toordinal() - EPOCH_ORDINAL
        for count in (month, month + 1)
    )
    return first, after - first
