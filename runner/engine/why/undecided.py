"""Instants of which nothing was decided: to come, overlooked, or from before history."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from runner.engine.authority import SCHEDULER, role_for
from runner.engine.budget import Subject, demand_funds, purse_of
from runner.engine.clock_notes import note_of, wall_text
from runner.engine.day import midnight_ms
from runner.engine.why.case import Case, Finding, unseen_around
from runner.engine.why.declined import condition
from runner.engine.why.moments import length
from runner.model.account import Fact, Verdict
from runner.model.errors import BudgetExceededError, PolicyDeniedError
from runner.model.occurrence import Reason
from runner.model.schedule import (
    At,
    Cron,
    Manual,
)
from runner.schedule import timetable

if TYPE_CHECKING:
    from runner.schedule.daylight import Change


def explain_fire(case: Case, instant: int) -> Finding:
    """A fire of the schedule that has neither a run nor a reason."""
    if instant <= case.progress.cursor:
        return _before_history(case, instant)
    if case.removed:
        return never(case)
    if instant <= case.now:
        return _overlooked(case, instant)
    return _ahead(case, instant)


def _ahead(case: Case, instant: int) -> Finding:
    """A fire to come."""
    obstacle = case.view.obstacle(instant)
    facts = [Fact("in", length(instant - case.now))]
    if obstacle is not None:
        cause, more, hint, _ = condition(case, instant, obstacle)
        answer = f"It will not run: {cause}."
        return Finding(Verdict.HELD_BACK, answer, [*facts, *more], hint)
    if spent := _spent(case, instant):
        hint = "It runs if the budget is widened before."
        return Finding(Verdict.HELD_BACK, f"It will not run: {spent}.", facts, hint)
    answer = f"It is to come, in {length(instant - case.now)}."
    return Finding(Verdict.COMING, answer, facts)


def _overlooked(case: Case, instant: int) -> Finding:
    """It is due, and whoever looks next decides it."""
    moments = case.about(instant)
    unseen = unseen_around(case, instant)
    answer = f"It is due, and {unseen.words(moments)}."
    hint = "`jobconsole --tick` looks once; something must call it again and again."
    facts = unseen.facts(moments)
    return Finding(Verdict.UNDECIDED, answer, facts, hint, gap=unseen.gap)


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


def never(case: Case) -> Finding:
    """There is no instant to tell anything of."""
    if case.since.removed is not None:
        removed = case.about(case.now).full(case.since.removed)
        answer = (
            f"It does not run: the job was taken out of the configuration by {removed}."
        )
        hint = f"jobconsole history {case.job_id}"
        return Finding(Verdict.NEVER, answer, [Fact("removed by", removed)], hint)
    if case.problem is not None:
        cause, facts, hint, _ = condition(case, case.now, Reason.INVALID)
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
    seen, since = case.since.first_seen, case.since.schedule
    facts = [Fact("first seen", moments.full(seen))]
    if since is not None:
        facts.append(Fact("schedule since", moments.full(since)))
    if instant <= seen:
        answer = f"It was before the job was first seen, at {moments.full(seen)}."
    elif since is None:
        answer = (
            "Nothing is kept of it: its schedule came in force later,"
            " or the index was built anew since."
        )
    elif instant <= since:
        answer = f"Nothing is kept of it: its schedule came in force later, at {moments.full(since)}."
    else:
        answer = "Nothing is kept of it: the index was built anew since."
    return Finding(Verdict.BEFORE_HISTORY, answer, facts)


def _wall(case: Case, instant: int) -> int:
    local = case.about(instant).local(instant).replace(tzinfo=UTC)
    return int(local.timestamp())
