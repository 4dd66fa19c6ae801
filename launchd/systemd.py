"""The systemd manager of a user as the driver: a timer that calls a service."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path
from typing import TYPE_CHECKING

from launchd.machine import read_definition, write_definitions
from launchd.service import PREFIX, Found, Kind, Plan, PlannedFile, Service
from launchd.systemctl import Systemctl, Unit, last_line
from launchd.unit import Units, service_of, units_of
from runner.model.errors import DriverRefusedError, DriverUnavailableError
from runner.process.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from launchd.machine import Machine

_SUFFIXES = (".service", ".timer")
_ACTIVE = {"active", "activating", "deactivating", "reloading"}
_CALLING = {"waiting", "running"}
"""A timer with another state will not elapse again."""
_STAYING = {"running", "auto-restart"}
"""What a tick's service never is: a resident's is, whatever its files say by now."""


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
        edits = service.changed_by + timer.changed_by
        read = service_of(label, units) if units else None
        kind = read.kind if read else None
        if timer.is_known:
            kind = Kind.TICK
        stale = service.is_stale or timer.is_stale
        state = _state(timer if timer.is_known else service, service.failure, edits)
        return Found(
            driver=self.driver,
            label=label,
            files=tuple(files),
            definition=_definition(units, edits) if units else "",
            service=read,
            loaded=_is_loaded(kind, service, timer) and not stale,
            enabled="enabled" in {service.enabled, timer.enabled},
            state="what is loaded is older than its files" if stale else state,
            changed_by=edits,
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
        # Nothing comes of a file before the manager is told to read it: who is killed
        # from here on leaves what is seen to be older than its files, or not loaded.
        try:
            write_definitions(self._machine, plan.files)
        except DriverRefusedError:
            self._systemctl.ask("daemon-reload")  # or what is back seems new to it
            raise
        self._make_way(service)
        self._forget_edits(service.label)
        for words in _activation(service):
            self._systemctl.do(*words)
        self._tidy(service)
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
        paths = [*self._files(label), *self._links(label)]
        for path in paths:
            self._machine.demand_change(path)
        # While it has its file: stopped without, all that it has started ends with it.
        for unit in self._under_way(label):
            self._systemctl.do("stop", unit.name)
        self._unlink(paths)
        self._forget_edits(label)
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
        service = read_definition(self._path(label, ".service"))
        timer = read_definition(self._path(label, ".timer"))
        return None if service is None else Units(service, timer)

    def _insist(self) -> None:
        obstacle = self.obstacle()
        if obstacle:
            raise DriverUnavailableError(obstacle)

    def _make_way(self, service: Service) -> None:
        """Stop what is under way by the old files; a timer that stays need not be."""
        for unit in self._under_way(service.label):
            is_other = unit.name != _called(service)
            if is_other or service.kind is not Kind.TICK:
                self._systemctl.do("stop", unit.name)
            if is_other:
                self._systemctl.ask("disable", unit.name)

    def _under_way(self, label: str) -> list[Unit]:
        """What calls or is kept running. A tick that is about to end may do so."""
        service, timer = self._systemctl.show(f"{label}.service", f"{label}.timer")
        is_tick = timer.is_known and service.sub not in _STAYING
        units = [timer] if is_tick else [timer, service]
        return [unit for unit in units if unit.active in _ACTIVE]

    def _tidy(self, service: Service) -> None:
        """Take away what another kind has left."""
        label, planned = service.label, {it.path for it in self.plan(service).files}
        left = [path for path in self._files(label) if path not in planned]
        left += [it for it in self._links(label) if it.name != _called(service)]
        if left:
            self._unlink(left)
            self._systemctl.do("daemon-reload")

    def _forget_edits(self, label: str) -> None:
        """What `systemctl edit` or `set-property` has put beside our files."""
        self._systemctl.ask("revert", f"{label}.service", f"{label}.timer")

    def _unlink(self, paths: Iterable[Path]) -> None:
        """And folders for links that are empty then, as `systemctl disable` does."""
        for path in paths:
            with self._machine.changing(path):
                path.unlink(missing_ok=True)
            if path.parent != self._folder:
                with contextlib.suppress(OSError):
                    path.parent.rmdir()


def _called(service: Service) -> str:
    """The unit that is enabled and started."""
    suffix = ".timer" if service.kind is Kind.TICK else ".service"
    return f"{service.label}{suffix}"


def _activation(service: Service) -> list[tuple[str, ...]]:
    """What makes the manager call it. `restart` also where it does: it may be new."""
    name = _called(service)
    if service.kind is Kind.PROBE:
        return [("daemon-reload",), ("start", "--no-block", name)]
    return [("daemon-reload",), ("enable", name), ("restart", name)]


def _definition(units: Units, edits: Iterable[Path] = ()) -> str:
    texts = [units.service] if units.timer is None else [units.service, units.timer]
    return "\n".join([*texts, *(f"# changed by {path}\n" for path in edits)])


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


def _state(unit: Unit, failure: str, edits: Iterable[Path]) -> str:
    if not unit.is_known:
        return "not loaded"
    said = [f"{unit.active} ({unit.sub})"]
    said += [f"the last call failed ({failure})"] if failure else []
    return "; ".join([*said, *(f"changed by {path}" for path in edits)])
