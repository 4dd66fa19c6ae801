"""Times of day on some weekdays → timetables; always fixed in cron's sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.model.errors import TriggerInvalidError
from runner.schedule.pattern import WEEKDAYS, DayRule, Pattern
from runner.schedule.wall import WallTimetable
from runner.schedule.zones import zone

if TYPE_CHECKING:
    from runner.model.schedule import At


def at_timetable(at: At) -> WallTimetable:
    """Raises `TriggerInvalidError` whose `field` names the wrong part."""
    if not at.times:
        message = "at least one time of day is needed"
        raise TriggerInvalidError(message, field="at")
    for hour, minute in at.times:
        if not (0 <= hour <= 23 and 0 <= minute <= 59):
            message = f"{hour:02}:{minute:02} is not a time of day"
            raise TriggerInvalidError(message, field="at")
    weekdays = frozenset(at.weekdays) or WEEKDAYS
    if not weekdays <= WEEKDAYS:
        message = "weekdays are 0 (Monday) to 6 (Sunday)"
        raise TriggerInvalidError(message, field="weekdays")
    pattern = Pattern(
        (60 * hour + minute for hour, minute in at.times), DayRule(weekdays=weekdays)
    )
    return WallTimetable(pattern, zone(at.timezone), wildcard=False)
