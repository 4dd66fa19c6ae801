"""The drivers that there are, and which one is the usual one here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchd.cron import Cron
from launchd.launchctl import Launchd
from launchd.systemd import Systemd
from runner.model.errors import DriverRefusedError, DriverUnavailableError
from runner.process.driver import Driver

if TYPE_CHECKING:
    from pathlib import Path

    from launchd.machine import Machine
    from launchd.service import Backend

COMMANDS = {
    Driver.LAUNCHD: "launchctl",
    Driver.SYSTEMD: "systemctl",
    Driver.CRON: "crontab",
}
"""By what each is asked; the best first."""


def backends(machine: Machine) -> list[Backend]:
    """All of them, the best first, whether or not they can be used here."""
    return [Launchd(machine), Systemd(machine), Cron(machine)]


def usable(machine: Machine) -> list[Backend]:
    """Those that can be used here, the best first."""
    return [backend for backend in backends(machine) if not backend.obstacle()]


def of(machine: Machine, driver: Driver) -> Backend:
    return next(it for it in backends(machine) if it.driver is driver)


def choose(machine: Machine, name: str | None) -> Backend:
    """The one of that name, or the best. Raises DriverUnavailableError."""
    for backend in backends(machine):
        if name in {None, str(backend.driver)}:
            obstacle = backend.obstacle()
            if not obstacle:
                return backend
            if name is not None:
                raise DriverUnavailableError(obstacle, hint=_RESIDENT)
    message = "neither launchd nor a systemd user manager nor cron can be used here"
    raise DriverUnavailableError(message, hint=_RESIDENT)


def foreign_ticks(machine: Machine, config: Path) -> list[str]:
    """Lines by another hand that call the tick of this project, as they are.

    Nothing takes them away; they may hold secrets. None of those that do not say of
    which project they are, nor any where the crontab cannot be read.
    """
    try:
        ticks = Cron(machine).foreign_ticks()
    except (DriverRefusedError, DriverUnavailableError):
        return []
    meant = {str(config), str(config.parent)}
    return [tick.line for tick in ticks if tick.config in meant]


_RESIDENT = "`jobconsole up` needs no driver: it keeps running itself."
