"""Who calls a project, whether in time, and what is wrong with it."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from jobconsole import words
from jobconsole.driving import (
    USUAL_PERIOD,
    place_of,
    service_for,
    survey,
    written_by_hand,
)
from launchd import backends
from launchd.service import Kind, deviations
from runner import api
from runner.process.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchd.machine import Machine
    from launchd.service import Found, Service
    from runner.api import Project
    from runner.model.system import Attendance

FIRST_TURN_SECONDS = 60
"""Beyond a period: cron begins at a whole minute."""


class Ailment(StrEnum):
    """Stable names of what can be wrong with a driver."""

    NONE = "driver_none"
    SEVERAL = "driver_several"
    NOT_LOADED = "driver_not_loaded"
    NOT_ENABLED = "driver_not_enabled"
    BY_HAND = "driver_by_hand"
    NO_PROGRAM = "driver_interpreter_missing"
    STALE = "driver_stale"
    NEVER = "tick_never"
    OVERDUE = "tick_overdue"
    RESIDENT_GONE = "resident_gone"


class Trouble(NamedTuple):
    """Something about the driver that is not as it should be, and what to do."""

    code: Ailment
    text: str
    hint: str
    fatal: bool


class Standing(NamedTuple):
    """What calls a project, and whether it does so in time."""

    found: list[Found]
    attendance: Attendance
    troubles: list[Trouble]

    @property
    def next_ms(self) -> int | None:
        """When the next tick is to come; None: nobody is there to call it."""
        somebody = self.found or self.attendance.resident
        return self.attendance.next_ms if somebody else None

    @property
    def is_fine(self) -> bool:
        return not any(trouble.fatal for trouble in self.troubles)


def standing(project: Project, machine: Machine) -> Standing:
    found = survey(project.config, machine)
    attendance = api.attendance(project)
    troubles = [
        *_of_attendance(attendance, found, recent=_is_recent(project, attendance)),
        *_of_number(attendance, found),
        *_of_hand(project, machine, found),
        *(it for one in found for it in _of_definition(project, machine, one)),
    ]
    return Standing(found, attendance, troubles)


def _of_attendance(
    attendance: Attendance, found: list[Found], *, recent: bool
) -> Iterator[Trouble]:
    """`recent`: what was installed may not have had its turn yet."""
    if attendance.overdue_ms:
        text = f"the tick is overdue by {words.duration(attendance.overdue_ms)}"
        yield Trouble(Ailment.OVERDUE, text, _SEE_DOCTOR, fatal=True)
    if attendance.next_ms is None and found:
        text = "no driver has called the tick yet"
        yield Trouble(Ailment.NEVER, text, _SEE_DOCTOR, fatal=not recent)
    stays = any(it.service and it.service.kind is Kind.RESIDENT for it in found)
    if stays and attendance.resident is None:
        text = "what is installed to keep running does not run"
        yield Trouble(Ailment.RESIDENT_GONE, text, _SEE_DOCTOR, fatal=True)


def _is_recent(project: Project, attendance: Attendance) -> bool:
    """Whether the last installation, which records the environment, was just now."""
    try:
        recorded = project.state.base_environment.stat().st_mtime
    except FileNotFoundError:
        return False
    return project.now() - recorded < attendance.period + FIRST_TURN_SECONDS


def _of_number(attendance: Attendance, found: list[Found]) -> Iterator[Trouble]:
    if not found and attendance.resident is None:
        in_time = attendance.next_ms is not None and not attendance.overdue_ms
        in_time &= attendance.driver != Driver.RESIDENT  # which is gone by now
        text = "no driver is installed"
        # A line in a crontab that was written by hand, perhaps.
        text += f"; {attendance.driver} calls the tick" if in_time else ""
        hint = "`jobconsole install` has one call it; `jobconsole up` needs none."
        yield Trouble(Ailment.NONE, text, hint, fatal=not in_time)
    if len(found) > 1:
        names = ", ".join(f"{it.driver} ({it.label})" for it in found)
        text = f"{len(found)} drivers call it: {names}"
        hint = "`jobconsole install` leaves one of them."
        yield Trouble(Ailment.SEVERAL, text, hint, fatal=False)


def _of_hand(
    project: Project, machine: Machine, found: list[Found]
) -> Iterator[Trouble]:
    """What somebody has written himself is his to take away."""
    if found and written_by_hand(project.config, machine):
        text = "a line of the crontab that is not ours calls it too"
        hint = "`crontab -e` shows it; it is not needed any more."
        yield Trouble(Ailment.BY_HAND, text, hint, fatal=False)


def _of_definition(
    project: Project, machine: Machine, found: Found
) -> Iterator[Trouble]:
    if not found.loaded:
        text = f"{found.driver} has not loaded it"
        text += f": {found.state}" if found.state else ""
        yield Trouble(Ailment.NOT_LOADED, text, _AGAIN, fatal=True)
    elif not found.enabled:
        text = f"{found.driver} forgets it at the next login or start"
        yield Trouble(Ailment.NOT_ENABLED, text, _AGAIN, fatal=False)
    called = found.service
    program = called.argv[0] if called and called.argv else None
    if program and not os.access(program, os.X_OK):
        text = f"it calls {program}, which cannot be run"
        yield Trouble(Ailment.NO_PROGRAM, text, _AGAIN, fatal=True)
        return
    place = place_of(project.config, machine, api.environment(project))
    wanted = service_for(place, found.driver, _every(called))
    backend = backends.of(machine, found.driver)
    if other := deviations(found, wanted, backend.plan(wanted).definition):
        if found.label != wanted.label:
            other = ["it has another label than it would have now"]
        text = f"its definition is stale: {'; '.join(other)}"
        yield Trouble(Ailment.STALE, text, _AGAIN, fatal=False)


def _every(called: Service | None) -> int:
    """How often it ticks, as far as that could be read."""
    if called is None or (called.kind is Kind.TICK and not called.every):
        return USUAL_PERIOD
    return called.every


_SEE_DOCTOR = "`jobconsole doctor` looks at it from where it is called."
_AGAIN = "`jobconsole install` puts it right, or says what is in the way."
