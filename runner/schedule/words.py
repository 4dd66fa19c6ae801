"""Schedules in words: a few for a column of a table, or a whole sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import assert_never

from runner.model.schedule import At, Cron, Every, Legacy, Manual, Once, Schedule
from runner.schedule.day_words import (
    WEEKDAY_NAMES,
    duration,
    listed,
    time_of_day,
    times_of_day,
    weekday,
    weekdays,
)

TIMES_SHOWN = 2
LEAST_INTERVALS = {"hourly": "1 h", "daily": "20 h", "weekly": "6 d", "monthly": "25 d"}


def describe(schedule: Schedule) -> str:
    """What an operator would call it, in about 16 characters; zones are left out."""
    match schedule:
        case Manual():
            words = "manual"
        case Cron():
            from runner.schedule.cron_words import short

            words = short(schedule.expression)
        case Every():
            words = f"every {duration(schedule.interval)}"
            if schedule.offset:
                words += f"+{duration(schedule.offset)}"
        case At():
            words = f"{weekdays(schedule.weekdays)} {_first_times(schedule)}".lstrip()
        case Once():
            words = f"once {_moment(schedule):%Y-%m-%d %H:%M}Z"
        case Legacy():
            words = _legacy(schedule)
        case _:
            assert_never(schedule)
    return words


def sentence(schedule: Schedule) -> str:
    """All of it, for people, by the 24-hour clock; zones are left out."""
    match schedule:
        case Manual():
            words = "Only when it is asked for"
        case Cron():
            from runner.schedule.cron_words import in_full

            words = in_full(schedule.expression)
        case Every():
            words = f"Every {duration(schedule.interval)} of real time"
            if schedule.offset:
                words += f", {duration(schedule.offset)} after each full interval"
        case At():
            words = f"At {listed(times_of_day(schedule.times))}{_on_days(schedule)}"
        case Once():
            words = f"Once, at {_moment(schedule):%H:%M:%S} UTC on {_moment(schedule):%Y-%m-%d}"
        case Legacy():
            words = _legacy_sentence(schedule)
        case _:
            assert_never(schedule)
    return words


def _first_times(at: At) -> str:
    times = times_of_day(at.times)
    more = len(times) - TIMES_SHOWN
    text = ",".join(times[:TIMES_SHOWN])
    return f"{text} +{more}" if more > 0 else text


def _on_days(at: At) -> str:
    if not weekdays(at.weekdays):
        return ", every day"
    return f", on {listed([WEEKDAY_NAMES[day] for day in sorted(set(at.weekdays))])}"


def _moment(once: Once) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(0, once.instant)


def _legacy(legacy: Legacy) -> str:
    hour = time_of_day(legacy.preferred_hour, 0)
    match legacy.period:
        case "hourly":
            return "hourly"
        case "daily":
            return f"daily {hour}"
        case "weekly":
            return f"weekly {weekday(legacy.preferred_weekday)} {hour}"
        case "monthly":
            return f"monthly {legacy.preferred_day}. {hour}"


def _legacy_sentence(legacy: Legacy) -> str:
    hour = time_of_day(legacy.preferred_hour, 0)
    least = f"{LEAST_INTERVALS[legacy.period]} after the last start"
    match legacy.period:
        case "hourly":
            return f"Hourly: {least}"
        case "daily":
            return f"Daily: from {hour} on, at least {least}"
        case "weekly":
            day = WEEKDAY_NAMES[legacy.preferred_weekday]
            return f"Weekly: on {day} from {hour} on, at least {least}"
        case "monthly":
            number = legacy.preferred_day
            return f"Monthly: on day {number} from {hour} on, at least {least}"
