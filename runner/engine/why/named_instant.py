"""The instant that a person means by a time on the clock of a job's zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.browse import once_known
from runner.engine.why.moments import Moments
from runner.model.instants import parse_ms

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.schedule.daylight import Change

_CLOCK_LENGTH = len("06:00:00")

_FIRST_YEAR, _LAST_YEAR = 1900, 9997
"""No schedule goes beyond them."""


class Named(NamedTuple):
    """An instant in epoch seconds; `note` says how an unclear time was taken."""

    instant: int
    note: str = ""


def instant_for(project: Project, job_id: str, text: str) -> Named:
    """`06:00` is the latest one that has been, today or yesterday.

    `2026-11-20 06:00` is local too, with an offset it is not. Raises ValueError where
    it is none of them.
    """
    row, _ = once_known(project, job_id)
    zone = row["timezone"] or project.system_zone()
    return resolve(text.strip(), zone, project.now())


def resolve(text: str, zone: str, now: int) -> Named:
    try:
        if len(text) <= _CLOCK_LENGTH:
            return _latest(time.fromisoformat(text), zone, now)
        wall = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text} is no time: write 06:00, 2026-11-20 06:00 or 2026-11-20T06:00:00+01:00"
        raise ValueError(message) from error
    if not _FIRST_YEAR <= wall.year <= _LAST_YEAR:
        message = f"{text} is out of reach: years go from {_FIRST_YEAR} to {_LAST_YEAR}"
        raise ValueError(message)
    if wall.tzinfo is not None:
        return Named(parse_ms(text) // 1000)
    return _named(wall, zone)


def _latest(clock: time, zone: str, now: int) -> Named:
    today = Moments(zone, now).local(now).date()
    named = _named(datetime.combine(today, clock.replace(tzinfo=None)), zone)
    if named.instant <= now:
        return named
    yesterday = today - timedelta(days=1)
    return _named(datetime.combine(yesterday, clock.replace(tzinfo=None)), zone)


def _named(wall: datetime, zone: str) -> Named:
    from runner.schedule.daylight import instant_of

    seconds = int(wall.replace(tzinfo=UTC).timestamp())
    instant, change = instant_of(seconds, zone)
    return Named(instant, _note(wall, change, Moments(zone, instant), instant))


def _note(wall: datetime, change: Change | None, moments: Moments, instant: int) -> str:
    if change is None:
        return ""
    shown = f"{wall:%Y-%m-%d %H:%M}"
    if change.forward:
        return f"the clock leaves out {shown}: taken as {moments.full(instant)}"
    again = moments.full(instant + change.before - change.after)
    return (
        f"the clock shows {shown} twice: taken as {moments.full(instant)}, not {again}"
    )
