"""Instants at which a schedule has nothing, and which part of it says no."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, assert_never

from runner.engine.outlook import expected_fires
from runner.engine.why.case import Case, Finding
from runner.engine.why.undecided import never
from runner.model.account import Fact, Verdict
from runner.model.schedule import (
    WEEKDAYS,
    At,
    Cron,
    Every,
    Legacy,
    Manual,
    Once,
)
from runner.schedule import timetable
from runner.store import account

if TYPE_CHECKING:
    from datetime import datetime

    from runner.model.schedule import Schedule


def explain_no_fire(case: Case, instant: int) -> Finding:
    """An instant at which the schedule has nothing."""
    if isinstance(case.schedule, Manual):
        return never(case)
    near = _nearest(case, instant)
    moments = case.about(instant)
    answer = f"It is not a fire of this schedule: {_refusal(case, instant)}"
    if near:
        answer += f"; the nearest fires are {' and '.join(map(moments.brief, near))}"
    facts = [Fact("nearest", moments.full(fire)) for fire in near]
    facts += _earlier(case, instant)
    return Finding(Verdict.NOT_A_FIRE, f"{answer}.", facts)


def _earlier(case: Case, instant: int) -> list[Fact]:
    """What is to be said where the job had another schedule at that instant."""
    since = case.since.schedule
    if since is None or instant > since or instant <= case.since.first_seen:
        return []
    moments = case.about(instant)
    facts = [Fact("schedule since", moments.full(since))]
    span = account.span_over(case.project.index, case.job_id, instant)
    if span is not None:
        told = f"{span.reason}: {moments.stretch(span)}"
        facts.append(Fact("under an earlier one", told))
    return facts


def _nearest(case: Case, instant: int) -> list[int]:
    """The fire before and the one after, as far as there are any."""
    if isinstance(case.schedule, Legacy):
        after = next(expected_fires(case.schedule, case.progress, case.now), None)
        return [] if after is None else [after]
    t = timetable(case.schedule)
    return [fire for fire in (t.latest(instant), t.next(instant)) if fire is not None]


def _refusal(case: Case, instant: int) -> str:
    """Which part of the schedule says no."""
    moments = case.about(instant)
    schedule: Schedule = case.schedule
    match schedule:
        case Cron():
            said = _cron_refusal(schedule, moments.local(instant))
        case At():
            said = _at_refusal(schedule, moments.local(instant))
        case Every():
            said = f"{case.words} is counted from 1970-01-01 00:00 UTC on"
        case Once():
            said = f"its only instant is {moments.full(schedule.instant)}"
        case Legacy():
            said = _legacy_refusal(case, schedule, moments.local(instant))
        case Manual():
            said = "it has no schedule"
        case _:
            assert_never(schedule)
    return said


def _cron_refusal(cron: Cron, wall: datetime) -> str:
    from runner.schedule.refusal import refusals

    shown = f"{wall:%H:%M}"
    if wall.second:
        return f"{wall:%H:%M:%S} is within a minute, cron fires as one begins"
    found = refusals(cron.expression, wall)
    if not found:
        return (
            f"the clock shows {shown} twice that day, and it fires the first time only"
        )
    fields = " and ".join(f"the {it.field} field is {it.text}" for it in found)
    day = f"{WEEKDAYS[wall.weekday()].capitalize()} {wall:%Y-%m-%d} "
    date = any(it.field not in {"minute", "hour"} for it in found)
    return f"{day if date else ''}{shown} is not, {fields}"


def _at_refusal(at: At, wall: datetime) -> str:
    shown = f"{wall:%H:%M}"
    if wall.second:
        return f"{wall:%H:%M:%S} is within a minute, it fires as one begins"
    times = ", ".join(f"{hour:02}:{minute:02}" for hour, minute in sorted(at.times))
    if (wall.hour, wall.minute) not in at.times:
        return f"{shown} is none of its times of day ({times})"
    if at.weekdays and wall.weekday() not in at.weekdays:
        days = ", ".join(WEEKDAYS[day] for day in sorted(at.weekdays))
        return f"{WEEKDAYS[wall.weekday()]} is none of its weekdays ({days})"
    return f"the clock shows {shown} twice that day, and it fires the first time only"


def _legacy_refusal(case: Case, legacy: Legacy, wall: datetime) -> str:
    """The field that refuses; else only its least interval can."""
    shown, weekday = f"{wall:%H:%M}", WEEKDAYS[wall.weekday()]
    period = legacy.period
    if period == "weekly" and wall.weekday() != legacy.preferred_weekday:
        wanted = WEEKDAYS[legacy.preferred_weekday]
        return f"{weekday} is not its preferred_weekday ({wanted})"
    last = calendar.monthrange(wall.year, wall.month)[1]
    if period == "monthly" and wall.day != min(legacy.preferred_day, last):
        return f"day {wall.day} is not its preferred_day ({legacy.preferred_day})"
    if period != "hourly" and wall.hour < legacy.preferred_hour:
        return f"{shown} is before its preferred_hour ({legacy.preferred_hour})"
    return (
        f"{case.words} falls due once, when enough time has passed since its last start"
    )
