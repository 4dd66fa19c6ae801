"""Vixie cron's main loop over a simulated clock, minute by minute: slow and obvious.

Shares nothing with `runner.schedule`: it reads the fields itself and asks the zone for
the wall clock at every single minute.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
WARM_UP = 8 * 3600
LONGEST_JUMP = 180


class Crontab(NamedTuple):
    minutes: set[int]
    hours: set[int]
    days: set[int]
    months: set[int]
    weekdays: set[int]
    wildcard: bool
    day_and_weekday: bool

    def matches(self, wall_minute: int) -> bool:
        wall = datetime(1970, 1, 1) + timedelta(minutes=wall_minute)  # noqa: DTZ001
        if wall.minute not in self.minutes or wall.hour not in self.hours:
            return False
        day = wall.day in self.days
        weekday = wall.isoweekday() % 7 in self.weekdays
        matched = day and weekday if self.day_and_weekday else day or weekday
        return matched and wall.month in self.months

    def is_impossible(self) -> bool:
        """Like 30 February: no month named has any of the days named."""
        longest = max(monthrange(2000, month)[1] for month in self.months)
        return self.day_and_weekday and min(self.days) > longest


def read(expression: str) -> Crontab:
    texts = expression.split()
    minutes, hours, days, months, weekdays = (
        set(values(text, *limits)) for text, limits in zip(texts, LIMITS, strict=True)
    )
    return Crontab(
        minutes,
        hours,
        days,
        months,
        {weekday % 7 for weekday in weekdays},
        wildcard=texts[0][0] == "*" or texts[1][0] == "*",
        day_and_weekday=texts[2][0] == "*" or texts[4][0] == "*",
    )


def values(text: str, low: int, high: int) -> Iterator[int]:
    for item in text.split(","):
        bounds, _, step = item.partition("/")
        first, dash, last = bounds.partition("-")
        if first == "*":
            yield from range(low, high + 1, int(step or 1))
        else:
            yield from range(
                int(first), int(last if dash else first) + 1, int(step or 1)
            )


def simulate(crontab: Crontab, zone: ZoneInfo, start: int, end: int) -> list[int]:
    """The whole minutes in [`start`, `end`) at which cron would start the job."""
    instants = range((start - WARM_UP) // 60 * 60, end, 60)
    virtual = wall_minute(instants.start - 60, zone)
    started = []
    for instant in instants:
        now = wall_minute(instant, zone)
        if now - virtual - 1 > LONGEST_JUMP:
            virtual = now - 1
        due = crontab.wildcard and crontab.matches(now)
        if not crontab.wildcard:
            due = any(crontab.matches(missed) for missed in range(virtual + 1, now + 1))
        virtual = max(virtual, now)
        if due and instant >= start:
            started.append(instant)
    return started


def wall_minute(instant: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset() or timedelta()
    return (instant + int(offset.total_seconds())) // 60
