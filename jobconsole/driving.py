"""Brings project and drivers together: what is to call it, and seeing that it does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from launchd import backends, installer
from launchd.service import Kind, Service, label_of
from runner import api
from runner.model.errors import DriverUnavailableError
from runner.process.driver import Driver
from runner.process.environment import DRIVER_VARIABLE, record_base
from runner.store import meta

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchd.installer import Installed
    from launchd.machine import Machine
    from launchd.service import Backend, Found, Plan
    from runner.api import Project

PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
"""What the tick itself needs of the base environment, and what it records anew."""

USUAL_PERIOD = meta.USUAL_PERIOD

_LOOK_MS = 50


class Wish(NamedTuple):
    """How a project is to be called; `backend` None: by what is usual here.

    `every` is in seconds, 0: by one that keeps running.
    """

    backend: str | None = None
    every: int = USUAL_PERIOD


class Place(NamedTuple):
    """What a driver needs to know of a project. `base` is what its jobs start from."""

    config: Path
    log: Path
    base: Mapping[str, str]


class Done(NamedTuple):
    """What an installation brought, and which variables were recorded anew by it."""

    installed: Installed
    recorded: list[str]


def anchored(config: Path) -> Path:
    """The file by one name for it, whichever way it was named.

    A file that is a link stays one: the project is where the link is.
    """
    return config.parent.resolve() / config.name


def place_of(config: Path, machine: Machine, base: Mapping[str, str]) -> Place:
    """By one name for it all, so that the same project is the same to its driver."""
    config = anchored(config)
    return Place(config, api.state_dir(config, machine.home).driver_log, base)


def service_for(place: Place, driver: Driver, every: int) -> Service:
    """What a driver is to call for a project."""
    resident = every == 0
    called = Driver.RESIDENT if resident else driver
    environment = {name: place.base[name] for name in PASSED if name in place.base}
    if driver is Driver.CRON:
        environment = {}  # a line of a crontab is short; the tick needs none of it
    program = (sys.executable, "-P", "-m", "jobconsole", "--config")
    arguments = ("up",) if resident else ("--tick", "--every", str(every))
    return Service(
        label=label_of(place.config),
        title=str(place.config.parent),
        argv=(*program, str(place.config), *arguments),
        environment={**environment, DRIVER_VARIABLE: str(called)},
        log=place.log,
        kind=Kind.RESIDENT if resident else Kind.TICK,
        every=every,
    )


def plan(config: Path, machine: Machine, wish: Wish) -> tuple[Backend, Plan]:
    """What `install` would write and call; nothing is written. Raises as it does."""
    chosen = _chosen(config, machine, wish)
    # As it would be recorded from here.
    place = place_of(config, machine, record_base(machine.environment, ()))
    return chosen, chosen.plan(service_for(place, chosen.driver, wish.every))


def install(project: Project, machine: Machine, wish: Wish) -> Done:
    """Have a driver call the project, in place of any that does.

    The base environment is recorded anew, once it is clear that this can be said to
    the driver. Raises DriverUnavailableError, DriverUnfitError, DriverRefusedError.
    """
    chosen, _ = plan(project.config, machine, wish)
    before = api.environment(project)
    base = api.environment(project, renew=True)
    place = place_of(project.config, machine, base)
    service = service_for(place, chosen.driver, wish.every)
    with machine.alone(place.config.parent):
        done = installer.install(chosen, backends.usable(machine), service)
    if not done.is_as_before:
        api.agree_anew(project)
    names = sorted(before.keys() | base.keys())
    return Done(done, [name for name in names if before.get(name) != base.get(name)])


def uninstall(config: Path, machine: Machine) -> list[Found]:
    """Have nothing call the project any more; what did."""
    config = anchored(config)
    everyone = backends.backends(machine)
    with machine.alone(config.parent):
        return installer.uninstall(everyone, config, label_of(config))


def survey(config: Path, machine: Machine) -> list[Found]:
    """Everything that calls the project."""
    config = anchored(config)
    return installer.survey(backends.backends(machine), config, label_of(config))


def everything(machine: Machine) -> list[Found]:
    """All that drivers of this user have of ours, of whichever project."""
    return [it for one in backends.backends(machine) for it in one.everything()]


def written_by_hand(config: Path, machine: Machine) -> bool:
    """Whether a line of the crontab that is not ours calls the project."""
    return bool(backends.foreign_ticks(machine, anchored(config)))


def unasked(machine: Machine) -> list[str]:
    """Why drivers that are here cannot be asked, in sentences."""
    return [
        obstacle
        for backend in backends.backends(machine)
        if machine.has(backends.COMMANDS[backend.driver])
        and (obstacle := backend.obstacle())
    ]


def advice(found: Found, machine: Machine) -> list[str]:
    """What the operator should know of his driver."""
    return backends.of(machine, found.driver).advice()


def first_tick(
    project: Project, driver: Driver, since_ms: int, within_ms: int
) -> int | None:
    """When a driver ticked after a time; None where it did not do so soon enough."""
    clock = project.clock
    deadline = clock.awake_ms() + within_ms
    while clock.awake_ms() < deadline:
        last_ms = api.last_tick_by(project, driver)
        if last_ms is not None and last_ms >= since_ms:
            return last_ms
        clock.sleep(_LOOK_MS)
    return None


def _chosen(config: Path, machine: Machine, wish: Wish) -> Backend:
    """Raises DriverUnavailableError where it would be wrong to install anything."""
    owner = config.stat().st_uid
    if machine.uid == 0 and owner != 0:
        message = f"{config} is not root's: as root, its jobs would run as root"
        raise DriverUnavailableError(
            message, hint="Install as the user whose project it is, without sudo."
        )
    for found in survey(config, machine):
        obstacle = backends.of(machine, found.driver).obstacle()
        if obstacle:
            message = (
                f"{found.driver} has {found.label}, and cannot be asked: {obstacle}"
            )
            raise DriverUnavailableError(
                message, hint="Otherwise two drivers would call it one day."
            )
    return backends.choose(machine, wish.backend)
