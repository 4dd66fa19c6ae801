"""Cron expressions in words that are exactly true, else as they are written."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from runner.model.errors import TriggerInvalidError
from runner.schedule.cron import Recurrence, parse
from runner.schedule.day_words import LEAST_RANGE, listed, time_of_day, weekdays
from runner.schedule.day_words import WEEKDAY_NAMES as NAMES
from runner.schedule.pattern import DAYS, MONTHS, WEEKDAYS, DayRule

if TYPE_CHECKING:
    from collections.abc import Collection

WIDEST = 17
TIMES_SHOWN = 2
MINUTES, HOURS = range(60), range(24)


def short(expression: str) -> str:
    """`06:00`, `Mon-Fri 06:30`, `1. 00:00`, `every 15m`, `hourly`."""
    plain = " ".join(expression.split())
    try:
        found = parse(expression)
    except TriggerInvalidError:
        return plain
    words = _by_interval(found) if found.wildcard else _by_time(found)
    return words if words and len(words) <= WIDEST else plain


def in_full(expression: str) -> str:
    """A sentence: `At 06:30, Monday through Friday`."""
    try:
        found = parse(expression)
    except TriggerInvalidError:
        return expression
    rule = _simpler(found.days)
    days, weekday = _spelled(rule.days, DAYS), _cron_weekdays(rule.weekdays)
    months = _spelled(rule.months, MONTHS)
    clock = f"{_minutes(found)} {_hours(found)}"
    if rule.either or "*" in (days, weekday):
        return _translated(f"{clock} {days} {months} {weekday}")
    # cron-descriptor says "or" wherever both are given.
    names = listed([NAMES[day] for day in sorted(rule.weekdays)])
    return f"{_translated(f'{clock} {days} {months} *')}, if that is a {names}"


def _by_interval(found: Recurrence) -> str:
    """Intervals that go on over midnight, every day."""
    if len(found.hours) < len(HOURS) or not _is_every_day(found.days):
        return ""
    if found.minutes == {0}:
        return "hourly"
    step = _step(found.minutes, len(MINUTES))
    return f"every {step}m" if step else ""


def _by_time(found: Recurrence) -> str:
    times = sorted(product(found.hours, found.minutes))
    if len(times) > TIMES_SHOWN:
        return ""
    rule, clock = _simpler(found.days), ",".join(time_of_day(*time) for time in times)
    if rule.months != MONTHS:
        return ""
    if rule.days == DAYS:
        return f"{weekdays(rule.weekdays)} {clock}".lstrip()
    if rule.weekdays == WEEKDAYS and len(rule.days) == 1:
        return f"{min(rule.days)}. {clock}"
    return ""


def _simpler(rule: DayRule) -> DayRule:
    """The same days: where either of two is enough, one that is always met decides."""
    if rule.either and (rule.days == DAYS or rule.weekdays == WEEKDAYS):
        return DayRule(rule.months)
    return rule


def _is_every_day(rule: DayRule) -> bool:
    return _simpler(rule) == DayRule()


def _step(values: Collection[int], size: int) -> int | None:
    """The even step, from 0 on, that makes `values`; None if there is none."""
    step = size // len(values)
    return (
        step if set(values) == set(range(0, size, step)) and size % step == 0 else None
    )


def _translated(expression: str) -> str:
    # The only place that touches it, for it carries no types.
    from cron_descriptor import (  # type: ignore[import-untyped]
        ExpressionDescriptor,
        Options,
    )

    options = Options(locale_code="en_US", use_24hour_time_format=True)
    return str(ExpressionDescriptor(expression, options).get_full_description())


def _minutes(found: Recurrence) -> str:
    return _stepped(found.minutes, len(MINUTES)) or _spelled(found.minutes, MINUTES)


def _hours(found: Recurrence) -> str:
    return _stepped(found.hours, len(HOURS)) or _spelled(found.hours, HOURS)


def _stepped(values: Collection[int], size: int) -> str:
    """`*/15` where the interval goes on over the end of the hour or the day.

    cron-descriptor would call any other step an interval too.
    """
    step = _step(values, size)
    return f"*/{step}" if step and 1 < step < size // 2 else ""


def _cron_weekdays(days: Collection[int]) -> str:
    """Monday is 1 and Sunday 7, so that ranges stay ranges."""
    return _spelled([day + 1 for day in days], range(1, 8))


def _spelled(values: Collection[int], everything: Collection[int]) -> str:
    """A field without steps."""
    found = sorted(values)
    if len(found) == len(everything):
        return "*"
    if len(found) >= LEAST_RANGE and found[-1] - found[0] == len(found) - 1:
        return f"{found[0]}-{found[-1]}"
    return ",".join(map(str, found))
