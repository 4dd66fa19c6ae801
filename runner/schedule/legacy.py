"""Legacy schedules: due from a preferred time on, once a minimum interval has passed."""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING

from runner.model.errors import TriggerInvalidError
from runner.schedule.pattern import EPOCH_ORDINAL
from runner.schedule.zones import zone

if TYPE_CHECKING:
    from runner.model.schedule import Legacy

HOUR = 3600
DAY = 86_400
INTERVALS = {
    "hourly": HOUR,
    "daily": 20 * HOUR,
    "weekly": 6 * DAY,
    "monthly": 25 * DAY,
}


def due(legacy: Legacy, last_started: int) -> int:
    """The first instant after the interval at which the preferred time is reached."""
    _check(legacy)
    instant = last_started + INTERVALS[legacy.period]
    if legacy.period == "hourly":
        return instant
    there = zone(legacy.timezone)
    while True:
        span = there.span(instant)
        wall = _preferred_from(legacy, instant + span.offset)
        if wall < span.end + span.offset:
            return wall - span.offset
        instant = span.end


def _preferred_from(legacy: Legacy, wall: int) -> int:
    """The first wall-clock second ≥ `wall` within a preferred hour or after, that day."""
    day = wall // DAY
    while not _is_preferred(legacy, day):
        day += 1
    return max(wall, day * DAY + legacy.preferred_hour * HOUR)


def _is_preferred(legacy: Legacy, day: int) -> bool:
    there = date.fromordinal(day + EPOCH_ORDINAL)
    match legacy.period:
        case "weekly":
            return there.weekday() == legacy.preferred_weekday
        case "monthly":
            length = calendar.monthrange(there.year, there.month)[1]
            return there.day == min(legacy.preferred_day, length)
        case "hourly" | "daily":
            return True


def _check(legacy: Legacy) -> None:
    for field, value, low, high in (
        ("preferred_hour", legacy.preferred_hour, 0, 23),
        ("preferred_weekday", legacy.preferred_weekday, 0, 6),
        ("preferred_day", legacy.preferred_day, 1, 31),
    ):
        if not low <= value <= high:
            message = f"{field} is {value}; it must be {low} to {high}"
            raise TriggerInvalidError(message, field=field)
