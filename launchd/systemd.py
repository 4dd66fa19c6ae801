"""The systemd manager of a user as the driver: a timer that calls a service."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from launchd.machine import write_definition
from launchd.service import PREFIX, Found, Kind, Plan, PlannedFile, Service
from launchd.systemctl import Systemctl, Unit, last_line
from launchd.unit import Units, service_of, units_of
from runner.model.errors import DriverRefusedError, DriverUnavailableError
from runner.process.driver import Driver

if TYPE_CHECKING:
    from launchd.machine import Machine

_SUFFIXES = (".service", ".timer")
_ACTIVE = {"active", "activating", "deactivating", "reloading"}
_CALLING = {"waiting", "running"}
"""A timer with another state will not elapse again."""


class Systemd:
    """Units in the user's own folder."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._systemctl = Systemctl(machine)

    @property
    def driver(self) -> Driver:
        return Driver.SYSTEMD

    def obstacle(self) -> str:
        if not self._machine.has("systemctl"):
            return "there is no systemctl: systemd does not run this machine"
        brief = self._systemctl.ask("show", "--property=Version")
        if brief.exit_code == 0:
            return ""
        user = self._machine.user
        said = "no answer" if brief.timed_out else last_line(brief.output)
        return (
            f"no systemd user manager is to be reached for {user} ({said});"
            f" a login starts one, and `loginctl enable-linger {user}` keeps one"
        )

    def plan(self, service: Service) -> Plan:
        units = units_of(service)
        files = [PlannedFile(self._path(service.label, ".service"), units.service)]
        if units.timer is not None:
            files.append(PlannedFile(self._path(service.label, ".timer"), units.timer))
        return Plan(
            files=tuple(files),
            commands=tuple(
                ("systemctl", "--user", *words) for words in _activation(service)
            ),
            definition=_definition(units),
        )

    def find(self, label: str) -> Found | None:
        files = self._files(label)
        service, timer = self._systemctl.show(f"{label}.service", f"{label}.timer")
        known = service.is_known or timer.is_known
        if not known and not files and not self._links(label):
            return None
        units = self._units(label)
        read = service_of(label, units) if units else None
        kind = read.kind if read else None
        if timer.is_known:
            kind = Kind.TICK
        return Found(
            driver=self.driver,
            label=label,
            files=tuple(files),
            definition=_definition(units) if units else "",
            service=read,
            loaded=_is_loaded(kind, service, timer),
            enabled="enabled" in {service.enabled, timer.enabled},
            state=_state(timer if timer.is_known else service, service.failure),
        )

    def everything(self) -> list[Found]:
        names = {path.name for path in self._folder.glob(f"{PREFIX}*")}
        names |= {path.name for path in self._folder.glob(f"*.wants/{PREFIX}*")}
        names |= set(self._systemctl.names(f"{PREFIX}*"))
        labels = {Path(name).stem for name in names if name.endswith(_SUFFIXES)}
        found = (self.find(label) for label in sorted(labels))
        return [it for it in found if it is not None]

    def install(self, service: Service) -> None:
        plan = self.plan(service)
        self._insist()
        self._retire(service)
        for file in plan.files:
            write_definition(file.path, file.text)
        for words in _activation(service):
            self._systemctl.do(*words)
        found = self.find(service.label)
        if found is None or not found.loaded:
            state = found.state if found else "it knows of none"
            message = f"systemd has not taken {service.label}: {state}"
            raise DriverRefusedError(
                message, hint="`journalctl --user` has what systemd said of it."
            )

    def remove(self, label: str) -> bool:
        if self.find(label) is None:
            return False
        self._insist()
        self._stop(label)
        for path in [*self._files(label), *self._links(label)]:
            path.unlink(missing_ok=True)
        # What `systemctl edit` has put beside a unit means nothing without it.
        for suffix in _SUFFIXES:
            shutil.rmtree(self._path(label, f"{suffix}.d"), ignore_errors=True)
        self._systemctl.do("daemon-reload")
        # It may have nothing that failed, and is then told in anger.
        self._systemctl.ask("reset-failed", f"{label}.service", f"{label}.timer")
        return True

    def advice(self) -> list[str]:
        user = self._machine.user
        said: list[str] = []
        if self._lingers() is False:
            said.append(
                f"Once the last session of {user} has ended, nothing is called and"
                " workers that ticks have started are killed, until the next login:"
                f" `loginctl enable-linger {user}` changes that."
            )
        if self._sessions_are_killed():
            said.append(
                "Logging out kills what was started in that session, runs by hand over"
                " ssh and their workers too (KillUserProcesses in logind.conf); what"
                " ticks start is in no session."
            )
        return said

    def _lingers(self) -> bool | None:
        """Whether the manager is there without a login; None where nobody says."""
        user = self._machine.user
        brief = self._machine.ask("loginctl", "show-user", user, "--property=Linger")
        if brief.exit_code == 0:
            return "Linger=yes" in brief.output
        return False if "not logged in or lingering" in brief.output else None

    def _sessions_are_killed(self) -> bool:
        brief = self._machine.ask("loginctl", "show-session")
        said = dict(it.partition("=")[::2] for it in brief.output.splitlines())
        excluded = said.get("KillExcludeUsers", "").split()
        only = said.get("KillOnlyUsers", "").split()
        user = self._machine.user
        concerned = user not in excluded and (not only or user in only)
        return concerned and said.get("KillUserProcesses") == "yes"

    @functools.cached_property
    def _folder(self) -> Path:
        """Where units belong.

        XDG_CONFIG_HOME may be set for shells only, and then the manager looks where
        it would be without.
        """
        usual = self._machine.home / ".config" / "systemd" / "user"
        other = self._machine.environment.get("XDG_CONFIG_HOME")
        if not other:
            return usual
        wanted = Path(other) / "systemd" / "user"
        looked_at = (self._systemctl.value("UnitPath") or str(wanted)).split()
        return wanted if str(wanted) in looked_at else usual

    def _path(self, label: str, suffix: str) -> Path:
        return self._folder / f"{label}{suffix}"

    def _files(self, label: str) -> list[Path]:
        paths = [self._path(label, suffix) for suffix in _SUFFIXES]
        return [path for path in paths if path.is_symlink() or path.exists()]

    def _links(self, label: str) -> list[Path]:
        """What enables a unit; it may dangle."""
        names = {f"{label}{suffix}" for suffix in _SUFFIXES}
        return [it for it in self._folder.glob("*.wants/*") if it.name in names]

    def _units(self, label: str) -> Units | None:
        service = _read(self._path(label, ".service"))
        timer = _read(self._path(label, ".timer"))
        return None if service is None else Units(service, timer)

    def _insist(self) -> None:
        obstacle = self.obstacle()
        if obstacle:
            raise DriverUnavailableError(obstacle)

    def _retire(self, service: Service) -> None:
        """End what another kind of service has under the same label."""
        found = self.find(service.label)
        if found is None or (found.service and found.service.kind is service.kind):
            return
        self._stop(service.label)
        for path in [*self._files(service.label), *self._links(service.label)]:
            path.unlink(missing_ok=True)

    def _stop(self, label: str) -> None:
        """Have nothing called any more. A tick that is about to end may do so."""
        service, timer = self._systemctl.show(f"{label}.service", f"{label}.timer")
        unit = timer if timer.is_known else service
        if unit.active in _ACTIVE:
            self._systemctl.do("stop", unit.name)
        self._systemctl.ask("disable", unit.name)  # refused where its file is gone


def _activation(service: Service) -> list[tuple[str, ...]]:
    """What makes the manager call it. `restart` also where it does: it may be new."""
    name = f"{service.label}.service"
    match service.kind:
        case Kind.PROBE:
            return [("daemon-reload",), ("start", "--no-block", name)]
        case Kind.TICK:
            name = f"{service.label}.timer"
        case Kind.RESIDENT:
            pass
    return [("daemon-reload",), ("enable", name), ("restart", name)]


def _definition(units: Units) -> str:
    return units.service if units.timer is None else f"{units.service}\n{units.timer}"


def _is_loaded(kind: Kind | None, service: Unit, timer: Unit) -> bool:
    match kind:
        case Kind.TICK:
            return timer.active == "active" and timer.sub in _CALLING
        case Kind.RESIDENT:
            return service.active in _ACTIVE
        case Kind.PROBE:
            return service.load == "loaded"
        case None:
            return service.active in _ACTIVE


def _state(unit: Unit, failure: str) -> str:
    if not unit.is_known:
        return "not loaded"
    state = f"{unit.active} ({unit.sub})"
    return f"{state}; the last call failed ({failure})" if failure else state


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
