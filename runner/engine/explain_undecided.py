"""Instants of which nothing was decided: to come, overlooked, or no fire at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_never

from runner.engine.authority import SCHEDULER, role_for
from runner.engine.budget import Subject, demand_funds, purse_of
from runner.engine.case import Case, Finding, gap_around
from runner.engine.clock_notes import note_of, wall_text
from runner.engine.day import midnight_ms
from runner.engine.explain_declined import condition
from runner.engine.moments import length
from runner.engine.outlook import expected_fires
from runner.model.account import Fact, Verdict
from runner.model.errors import BudgetExceededError, PolicyDeniedError
from runner.model.occurrence import Reason
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

if TYPE_CHECKING:
    from runner.model.schedule import Schedule
    from runner.schedule.daylight import Change


def explain_fire(case: Case, instant: int) -> Finding:
    """A fire of the schedule that has neither a run nor a reason."""
    moments = case.about(instant)
    if instant <= case.progress.cursor:
        return _before_history(case, instant)
    obstacle = case.view.obstacle(instant)
    if instant <= case.now:
        gap = gap_around(case, instant)
        answer = f"It is due, and {gap.words(moments)}."
        hint = "`jobconsole --tick` looks once; something must call it again and again."
        return Finding(Verdict.UNDECIDED, answer, gap.facts(moments), hint)
    facts = [Fact("in", length(instant - case.now))]
    if obstacle is not None:
        cause, more, hint = condition(case, instant, obstacle)
        answer = f"It will not run: {cause}."
        return Finding(Verdict.HELD_BACK, answer, [*facts, *more], hint)
    if spent := _spent(case, instant):
        hint = "It runs if the budget is widened before."
        return Finding(Verdict.HELD_BACK, f"It will not run: {spent}.", facts, hint)
    answer = f"It is to come, in {length(instant - case.now)}."
    return Finding(Verdict.COMING, answer, facts)


def _spent(case: Case, instant: int) -> str:
    """Which budget of the day in which the instant lies is used up by now."""
    purse = purse_of(case.project)
    days = {midnight_ms(at_ms, purse.zone) for at_ms in (instant * 1000, case.now_ms)}
    if case.definition is None or len(days) > 1:
        return ""
    try:
        role = role_for(case.definition, None, SCHEDULER)
        demand_funds(purse, Subject(case.definition.job, role))
    except PolicyDeniedError:
        return ""
    except BudgetExceededError as error:
        return error.message
    return ""


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
    return Finding(Verdict.NOT_A_FIRE, f"{answer}.", facts)


def never(case: Case) -> Finding:
    """There is no instant to tell anything of."""
    if case.problem is not None:
        cause, facts, hint = condition(case, case.now, Reason.INVALID)
        return Finding(Verdict.NEVER, f"It does not run: {cause}.", facts, hint)
    if isinstance(case.schedule, Manual):
        answer = "It has no schedule: it runs when somebody asks."
        return Finding(Verdict.NEVER, answer, [], f"jobconsole run {case.job_id}")
    answer = f"Its schedule ({case.words}) has nothing to come, and nothing is kept of what was."
    return Finding(Verdict.NEVER, answer, [])


def clock_fact(case: Case, instant: int) -> list[Fact]:
    """What a change of the clock has to do with an instant."""
    from runner.schedule.daylight import change_near

    change = change_near(case.zone, instant)
    if change is None:
        return []
    schedule = case.schedule
    note = ""
    if isinstance(schedule, Cron | At):
        t = timetable(schedule)
        note = note_of(t, change, instant) if t.latest(instant) == instant else ""
    return [Fact("clock", _change_words(case, instant, change)), *_noted(note)]


def _noted(note: str) -> list[Fact]:
    return [Fact("", note)] if note else []


def _change_words(case: Case, instant: int, change: Change) -> str:
    day = f"{case.about(instant).local(change.instant):%Y-%m-%d}"
    first, end = wall_text(change.first), wall_text(change.end)
    if change.forward:
        return f"on {day} it goes forward from {first} to {end}"
    which = "first" if instant < change.instant else "second"
    back = f"on {day} it goes back from {end} to {first}"
    return f"{back}; this is the {which} time that it shows {wall_text(_wall(case, instant))}"


def _before_history(case: Case, instant: int) -> Finding:
    moments = case.about(instant)
    seen = case.first_seen_ms // 1000
    facts = [Fact("first seen", moments.full(seen))]
    if instant <= seen:
        answer = f"It was before the job was first seen, at {moments.full(seen)}."
    else:
        answer = (
            "Nothing is kept of it: its schedule came in force later,"
            " or the index was built anew since."
        )
    return Finding(Verdict.BEFORE_HISTORY, answer, facts)


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
            said = f"{case.words} falls due some time after its last start"
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


def _wall(case: Case, instant: int) -> int:
    local = case.about(instant).local(instant).replace(tzinfo=UTC)
    return int(local.timestamp())
