"""Times of day, weekdays and durations: the words that schedules are told in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.model.schedule import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEAST_RANGE = 3
"""Weekdays in a row: fewer are told one by one."""

WEEKDAY_NAMES = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)


def time_of_day(hour: int, minute: int) -> str:
    return f"{hour:02}:{minute:02}"


def times_of_day(times: Iterable[tuple[int, int]]) -> list[str]:
    """Each of them once, in the order of the day."""
    return [time_of_day(*time) for time in sorted(set(times))]


def weekday(day: int) -> str:
    return WEEKDAYS[day].capitalize()


def weekdays(days: Iterable[int]) -> str:
    """`Mon-Fri` or `Mon,Wed`; nothing for all of them or none."""
    found = sorted(set(days))
    if len(found) in (0, len(WEEKDAYS)):
        return ""
    if len(found) >= LEAST_RANGE and found[-1] - found[0] == len(found) - 1:
        return f"{weekday(found[0])}-{weekday(found[-1])}"
    return ",".join(weekday(day) for day in found)


def duration(seconds: int) -> str:
    """`1h30m`."""
    parts = []
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts) or "0s"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
