"""The instant that a person means by a time on the clock of a job's zone."""

from __future__ import annotations

import math
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.browse import once_known
from runner.engine.why.moments import Moments

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.schedule.daylight import Change

HINT = "write 06:00, 2026-11-20 06:00 or 2026-11-20T06:00:00+01:00"

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
    return resolve(text, zone, project.now())


def resolve(text: str, zone: str, now: int, *, ahead: bool = False) -> Named:
    """A time of day is the latest up to now, or `ahead` the first from now on."""
    written = read(text)
    if isinstance(written, time):
        return _nearest(written, zone, now, ahead=ahead)
    if written.tzinfo is not None:
        return Named(math.floor(written.timestamp()))
    return _named(written, zone)


def read(text: str) -> time | datetime:
    """A time of day, or a date and time with or without an offset.

    Raises ValueError where it is none of them.
    """
    text = text.strip()
    try:
        if len(text) <= _CLOCK_LENGTH:
            return _clock(text)
        wall = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text} is no time: {HINT}"
        raise ValueError(message) from error
    if not _FIRST_YEAR <= wall.year <= _LAST_YEAR:
        message = f"{text} is out of reach: years go from {_FIRST_YEAR} to {_LAST_YEAR}"
        raise ValueError(message)
    return wall


def _clock(text: str) -> time:
    clock = time.fromisoformat(text)
    if clock.tzinfo is not None:
        message = "an offset needs a date"
        raise ValueError(message)
    return clock


def _nearest(clock: time, zone: str, now: int, *, ahead: bool) -> Named:
    today = Moments(zone, now).local(now).date()
    named = _named(datetime.combine(today, clock), zone)
    if named.instant == now or (named.instant > now) is ahead:
        return named
    other = today + timedelta(days=1 if ahead else -1)
    return _named(datetime.combine(other, clock), zone)


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
