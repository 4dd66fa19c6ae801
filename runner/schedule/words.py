"""Schedules in few words, for a column of a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from runner.model.schedule import (
    WEEKDAYS,
    At,
    Cron,
    Every,
    Legacy,
    Manual,
    Once,
    Schedule,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMES_SHOWN = 2
WEEKDAYS_SHOWN = 3


def describe(schedule: Schedule) -> str:
    """What an operator would call it, in about 16 characters; zones are left out."""
    match schedule:
        case Manual():
            words = "manual"
        case Cron():
            words = " ".join(schedule.expression.split())
        case Every():
            words = f"every {_duration(schedule.interval)}"
            if schedule.offset:
                words += f"+{_duration(schedule.offset)}"
        case At():
            words = f"{_weekdays(schedule.weekdays)} {_times(schedule.times)}".lstrip()
        case Once():
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(0, schedule.instant)
            words = f"once {moment:%Y-%m-%d %H:%M}Z"
        case Legacy():
            words = _legacy(schedule)
        case _:
            assert_never(schedule)
    return words


def _duration(seconds: int) -> str:
    parts = []
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts) or "0s"


def _times(times: Sequence[tuple[int, int]]) -> str:
    shown = sorted(set(times))
    more = len(shown) - TIMES_SHOWN
    text = ",".join(f"{hour:02}:{minute:02}" for hour, minute in shown[:TIMES_SHOWN])
    return f"{text} +{more}" if more > 0 else text


def _weekdays(weekdays: Sequence[int]) -> str:
    days = sorted(set(weekdays))
    if not days or len(days) == len(WEEKDAYS):
        return ""
    if len(days) >= WEEKDAYS_SHOWN and days[-1] - days[0] == len(days) - 1:
        return f"{_weekday(days[0])}-{_weekday(days[-1])}"
    return ",".join(_weekday(day) for day in days)


def _weekday(day: int) -> str:
    return WEEKDAYS[day].capitalize()


def _legacy(legacy: Legacy) -> str:
    hour = f"{legacy.preferred_hour:02}:00"
    match legacy.period:
        case "hourly":
            return "hourly"
        case "daily":
            return f"daily {hour}"
        case "weekly":
            return f"weekly {_weekday(legacy.preferred_weekday)} {hour}"
        case "monthly":
            return f"monthly {legacy.preferred_day}. {hour}"
