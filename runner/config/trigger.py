"""What a job says about when it runs → its schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import msgspec

from runner.config import when_keys as keys
from runner.config.findings import Finding, Rejected
from runner.model.errors import Code, TriggerInvalidError
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
from runner.schedule import timetable

if TYPE_CHECKING:
    from runner.config.declaration import Key
    from runner.config.section import Fields
    from runner.config.yaml_tree import Place

_WAYS: tuple[Key[object], ...] = (keys.CRON, keys.EVERY, keys.AT, keys.ONCE)
_COMPANIONS: tuple[tuple[Key[object], Key[object]], ...] = (
    (keys.OFFSET, keys.EVERY),
    (keys.ON_WEEKDAYS, keys.AT),
)
_BY_NAME: dict[str, Key[object]] = {key.name: key for key in keys.WHEN_SECTION.keys}


class Zones(msgspec.Struct, frozen=True):
    """The zone that the project names, and the machine's."""

    project: str | None
    system: str

    @property
    def local(self) -> str:
        return self.project or self.system


def check_zone(name: str, place: Place) -> None:
    """Raises Rejected for what is no IANA zone."""
    try:
        timetable(At(times=((0, 0),), timezone=name))
    except TriggerInvalidError as error:
        raise _rejected(place, error.message, error.hint) from None


def cron_schedule(fields: Fields, zone: str) -> Cron:
    """The schedule of a map with `cron`, in the zone where it names none of its own.

    Raises Rejected.
    """
    expression = fields.get(keys.CRON)
    if expression is None:
        raise _rejected(fields.place, "cron is missing")
    cron = Cron(expression, fields.get(keys.TIMEZONE) or zone)
    _check(cron, fields)
    return cron


def schedule_of(job: Fields, zones: Zones) -> Schedule:
    """Raises Rejected."""
    when = job.get(keys.WHEN)
    if job.has(keys.WHEN) and job.has(keys.SCHEDULE):
        message = "when and schedule both say when the job runs: keep one"
        raise _rejected(job.place_of(keys.SCHEDULE), message)
    if when is not None:
        return _modern(when, zones)
    period = job.get(keys.SCHEDULE)
    if period is not None:
        return _legacy(job, period, zones)
    return Manual()


def stray_keys(job: Fields) -> list[Finding]:
    """Preferred times that nothing asks for."""
    if job.has(keys.SCHEDULE):
        return []
    return [
        Finding(job.place_of(key), f"{key.name} has no effect without schedule")
        for key in keys.LEGACY
        if job.has(key)
    ]


def _modern(when: Fields, zones: Zones) -> Schedule:
    _check_shape(when)
    schedule = _build(when, zones)
    _check(schedule, when)
    return schedule


def _check(schedule: Cron | Every | At | Once, fields: Fields) -> None:
    try:
        timetable(schedule)
    except TriggerInvalidError as error:
        # The parts of an expression have no key of their own.
        way = next((way for way in _WAYS if fields.has(way)), keys.CRON)
        place = fields.place_of(_BY_NAME.get(error.field, way))
        raise _rejected(place, error.message, error.hint) from None


def _check_shape(when: Fields) -> None:
    ways = [way for way in _WAYS if when.has(way)]
    if len(ways) != 1:
        names = ", ".join(way.name for way in (ways or _WAYS))
        message = f"when: {'only' if ways else 'needs'} one of {names}"
        raise _rejected(when.place_of(ways[1]) if ways else when.place, message)
    for companion, way in _COMPANIONS:
        if when.has(companion) and not when.has(way):
            message = f"when: {companion.name} belongs to {way.name}"
            raise _rejected(when.place_of(companion), message)


def _build(when: Fields, zones: Zones) -> Cron | Every | At | Once:
    zone = when.get(keys.TIMEZONE)
    if (expression := when.get(keys.CRON)) is not None:
        return Cron(expression, zone or required_zone(zones, when.place))
    if (interval := when.get(keys.EVERY)) is not None:
        return Every(interval, when.value(keys.OFFSET))
    if (instant := when.get(keys.ONCE)) is not None:
        return Once(instant)
    days = sorted({WEEKDAYS.index(day) for day in when.get(keys.ON_WEEKDAYS) or ()})
    return At(when.value(keys.AT), zone or zones.local, tuple(days))


def required_zone(zones: Zones, place: Place) -> str:
    """The project's zone. Raises Rejected where it names none."""
    if zones.project is None:
        message = "cron needs a timezone, here or at the top level"
        raise _rejected(place, message, "write timezone: Europe/Amsterdam")
    return zones.project


def _legacy(job: Fields, period: str, zones: Zones) -> Legacy:
    return Legacy(
        period=cast("Literal['hourly', 'daily', 'weekly', 'monthly']", period),
        timezone=zones.local,
        preferred_hour=job.value(keys.PREFERRED_HOUR),
        preferred_weekday=job.value(keys.PREFERRED_WEEKDAY),
        preferred_day=job.value(keys.PREFERRED_DAY),
    )


def _rejected(place: Place, message: str, hint: str = "") -> Rejected:
    return Rejected(Finding(place, message, hint, Code.JOB_TRIGGER_INVALID))
