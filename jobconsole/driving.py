"""Brings project and drivers together: what is to call it, and what does."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from jobconsole import words
from launchd import backends, installer
from launchd.service import Kind, Service, differences, label_of
from runner import api
from runner.model.errors import DriverUnavailableError
from runner.process.driver import Driver
from runner.process.environment import DRIVER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from launchd.installer import Installed
    from launchd.machine import Machine
    from launchd.service import Backend, Found, Plan
    from runner.api import Project
    from runner.model.system import Attendance

PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
"""What the tick itself needs of the base environment, and what it records anew."""

USUAL_PERIOD = 300

_LOOK_MS = 50


class Wish(NamedTuple):
    """How a project is to be called; `backend` None: by what is usual here.

    `every` is in seconds, 0: by one that keeps running.
    """

    backend: str | None = None
    every: int = USUAL_PERIOD


class Ailment(StrEnum):
    """Stable names of what can be wrong with a driver."""

    NONE = "driver_none"
    SEVERAL = "driver_several"
    NOT_LOADED = "driver_not_loaded"
    NOT_ENABLED = "driver_not_enabled"
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
    def is_fine(self) -> bool:
        return not any(trouble.fatal for trouble in self.troubles)


def anchored(config: Path) -> Path:
    """The file by one name for it, whichever way it was named.

    A file that is a link stays one: the project is where the link is.
    """
    return config.parent.resolve() / config.name


def service_for(project: Project, driver: Driver, every: int) -> Service:
    """What a driver is to call for a project."""
    base = api.environment(project)
    resident = every == 0
    called = Driver.RESIDENT if resident else driver
    environment = {name: base[name] for name in PASSED if name in base}
    if driver is Driver.CRON:
        environment = {}  # a line of a crontab is short; the tick needs none of it
    config = anchored(project.config)
    program = (sys.executable, "-P", "-m", "jobconsole", "--config")
    arguments = ("up",) if resident else ("--tick", "--every", str(every))
    return Service(
        label=label_of(config),
        title=str(config.parent),
        argv=(*program, str(config), *arguments),
        environment={**environment, DRIVER_VARIABLE: str(called)},
        log=project.state.driver_log,
        kind=Kind.RESIDENT if resident else Kind.TICK,
        every=every,
    )


def plan(project: Project, machine: Machine, wish: Wish) -> tuple[Backend, Plan]:
    """What `install` would do. Raises as it does."""
    chosen = backends.choose(machine, wish.backend)
    return chosen, chosen.plan(service_for(project, chosen.driver, wish.every))


def install(project: Project, machine: Machine, wish: Wish) -> Installed:
    """Have a driver call the project, in place of any that does.

    Raises DriverUnavailableError, DriverUnfitError, DriverRefusedError.
    """
    chosen = backends.choose(machine, wish.backend)
    for found in survey(project.config, machine):
        _demand_reachable(found, machine)
    service = service_for(project, chosen.driver, wish.every)
    return installer.install(chosen, backends.usable(machine), service)


def uninstall(config: Path, machine: Machine) -> list[Found]:
    """Have nothing call the project any more; what did."""
    config = anchored(config)
    return installer.uninstall(backends.backends(machine), config, label_of(config))


def unasked(machine: Machine) -> list[str]:
    """Why drivers that are here cannot be asked, in sentences."""
    return [
        obstacle
        for backend in backends.backends(machine)
        if machine.has(backends.COMMANDS[backend.driver])
        and (obstacle := backend.obstacle())
    ]


def survey(config: Path, machine: Machine) -> list[Found]:
    """Everything that calls the project."""
    config = anchored(config)
    return installer.survey(backends.backends(machine), config, label_of(config))


def everything(machine: Machine) -> list[Found]:
    """All that drivers of this user have of ours, of whichever project."""
    return [it for one in backends.backends(machine) for it in one.everything()]


def _demand_reachable(found: Found, machine: Machine) -> None:
    """Raise DriverUnavailableError where what there is could not be replaced."""
    obstacle = backends.of(machine, found.driver).obstacle()
    if obstacle:
        message = f"{found.driver} has {found.label}, and cannot be asked: {obstacle}"
        raise DriverUnavailableError(message, hint="Two drivers would call it one day.")


def advice(found: Found, machine: Machine) -> list[str]:
    """What the operator should know of his driver."""
    return backends.of(machine, found.driver).advice()


def first_tick(project: Project, since_ms: int, within_ms: int) -> int | None:
    """When somebody ticked after a time; None where nobody did so soon enough."""
    clock = project.clock
    deadline = clock.awake_ms() + within_ms
    while clock.awake_ms() < deadline:
        last_ms = api.attendance(project).last_ms
        if last_ms is not None and last_ms >= since_ms:
            return last_ms
        clock.sleep(_LOOK_MS)
    return None


def standing(project: Project, machine: Machine) -> Standing:
    """Who calls the project, whether in time, and what is wrong with it."""
    found = survey(project.config, machine)
    attendance = api.attendance(project)
    troubles = [
        *_of_attendance(attendance, found),
        *_of_number(attendance, found),
        *(trouble for it in found for trouble in _of_definition(project, machine, it)),
    ]
    return Standing(found, attendance, troubles)


def _of_attendance(attendance: Attendance, found: list[Found]) -> Iterator[Trouble]:
    if attendance.overdue_ms:
        text = f"the tick is overdue by {words.duration(attendance.overdue_ms)}"
        yield Trouble(Ailment.OVERDUE, text, _SEE_DOCTOR, fatal=True)
    if attendance.last_ms is None and found:
        text = "there was no tick yet"
        yield Trouble(Ailment.NEVER, text, _SEE_DOCTOR, fatal=False)
    stays = any(it.service and it.service.kind is Kind.RESIDENT for it in found)
    if stays and attendance.resident is None:
        text = "what is installed to keep running does not run"
        yield Trouble(Ailment.RESIDENT_GONE, text, _SEE_DOCTOR, fatal=True)


def _of_number(attendance: Attendance, found: list[Found]) -> Iterator[Trouble]:
    if not found and attendance.resident is None:
        in_time = attendance.last_ms is not None and not attendance.overdue_ms
        text = "no driver is installed"
        text += "; the last tick was in time" if in_time else ""
        hint = "`jobconsole install` has one call it; `jobconsole up` needs none."
        yield Trouble(Ailment.NONE, text, hint, fatal=not in_time)
    if len(found) > 1:
        names = ", ".join(f"{it.driver} ({it.label})" for it in found)
        text = f"{len(found)} drivers call it: {names}"
        hint = "`jobconsole install` leaves one of them."
        yield Trouble(Ailment.SEVERAL, text, hint, fatal=False)


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
    wanted = service_for(project, found.driver, _every(called))
    backend = backends.of(machine, found.driver)
    if backend.plan(wanted).definition != found.definition:
        other = differences(called, wanted) or [
            "another version wrote it, or an editor"
        ]
        text = f"its definition is stale: {'; '.join(other)}"
        yield Trouble(Ailment.STALE, text, _AGAIN, fatal=False)


def _every(called: Service | None) -> int:
    """How often it ticks, as far as that could be read."""
    if called is None or (called.kind is Kind.TICK and not called.every):
        return USUAL_PERIOD
    return called.every


_SEE_DOCTOR = "`jobconsole doctor` looks at it from where it is called."
_AGAIN = "`jobconsole install` puts it right, or says what is in the way."
