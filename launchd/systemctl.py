"""Asks the systemd manager of a user, and tells what it says of a unit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import DriverRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from launchd.machine import Machine
    from runner.process.brief import Brief

_PROPERTIES = (
    "Id,LoadState,LoadError,ActiveState,SubState,UnitFileState"
    ",Result,ExecMainCode,ExecMainStatus,NeedDaemonReload,DropInPaths"
)

_REASONS = {
    "200": "a folder is missing",
    "203": "the program is missing",
    "209": "its log cannot be opened",
    "217": "no such user",
    "226": "its surroundings cannot be made",
}
"""What systemd itself ends a call with: systemd.exec(5), under process exit codes."""

_BY_ITSELF = "1"
"""CLD_EXITED: the other ways to end are signals."""

_NOWHERE = {"", "not-found"}
_IDLE = {"", "inactive", "activating"}


class Unit(NamedTuple):
    """What the manager says of a unit, in its own words; empty where it says nothing.

    `result` is of the last call, and so is `status`: an exit code, or a signal.
    """

    name: str
    load: str = ""
    load_error: str = ""
    active: str = ""
    sub: str = ""
    enabled: str = ""
    result: str = ""
    code: str = ""
    status: str = ""
    reload: str = ""
    drop_ins: str = ""

    @property
    def is_stale(self) -> bool:
        """Whether its file is another one than what the manager has read."""
        return self.reload == "yes"

    @property
    def changed_by(self) -> tuple[Path, ...]:
        """What somebody put beside its file, apart from what is there for all units."""
        paths = map(Path, self.drop_ins.split())
        return tuple(it for it in paths if it.parent.name == f"{self.name}.d")

    @property
    def is_known(self) -> bool:
        """One that is gone may still be shown while what it has called goes on."""
        return self.load not in _NOWHERE or self.active not in _IDLE

    @property
    def failure(self) -> str:
        """How the last call has failed; empty if it has not."""
        if self.load_error:
            return self.load_error
        if self.result in {"", "success"}:
            return ""
        if self.status in {"", "0"}:
            return self.result
        if self.code != _BY_ITSELF:
            return f"signal {self.status}"
        reason = _REASONS.get(self.status)
        return f"exit {self.status}" + (f": {reason}" if reason else "")


class Systemctl:
    """`systemctl --user`, also where nothing says how the manager is reached."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def ask(self, *words: str) -> Brief:
        surroundings = surroundings_for(self._machine)
        return self._machine.ask("systemctl", "--user", *words, extra=surroundings)

    def do(self, *words: str) -> None:
        """Raises DriverRefusedError with what was said."""
        brief = self.ask(*words)
        if brief.exit_code != 0:
            said = "no answer" if brief.timed_out else brief.output.strip()
            message = f"systemctl --user {' '.join(words)}: {said}"
            raise DriverRefusedError(
                message, hint="`journalctl --user` has what systemd said of it."
            )

    def value(self, name: str) -> str | None:
        """What the manager says of itself; None where it does not answer."""
        brief = self.ask("show", f"--property={name}", "--value")
        return brief.output.strip() if brief.exit_code == 0 else None

    def show(self, *names: str) -> list[Unit]:
        """In the order asked for; a manager that is not there knows of none."""
        brief = self.ask("show", f"--property={_PROPERTIES}", "--", *names)
        if brief.exit_code != 0:
            return [Unit(name) for name in names]
        shown = {unit.name: unit for unit in _units_in(brief.output)}
        return [shown.get(name, Unit(name)) for name in names]

    def names(self, pattern: str) -> list[str]:
        """The units that the manager has in mind, with or without a file."""
        options = ("--all", "--plain", "--no-legend", "--no-pager")
        brief = self.ask("list-units", *options, "--", pattern)
        if brief.exit_code != 0:
            return []
        return [line.split()[0] for line in brief.output.splitlines() if line.strip()]


def surroundings_for(machine: Machine) -> dict[str, str]:
    """The variables that lead to the manager.

    Those of another user stay behind after `su`; cron and `sudo` have none at all.
    """
    runtime = machine.environment.get("XDG_RUNTIME_DIR")
    bus = machine.environment.get("DBUS_SESSION_BUS_ADDRESS")
    if not runtime or not _is_of(Path(runtime), machine.uid):
        runtime, bus = f"/run/user/{machine.uid}", None
    return {
        "XDG_RUNTIME_DIR": runtime,
        "DBUS_SESSION_BUS_ADDRESS": bus or f"unix:path={runtime}/bus",
    }


def last_line(said: str) -> str:
    return said.strip().rpartition("\n")[2]


def _is_of(folder: Path, uid: int) -> bool:
    try:
        return folder.stat().st_uid == uid
    except OSError:
        return False


def _units_in(said: str) -> Iterator[Unit]:
    for block in said.split("\n\n"):
        found = dict(_pairs(block.splitlines()))
        if "Id" in found:
            yield Unit(
                name=found["Id"],
                load=found.get("LoadState", ""),
                load_error=found.get("LoadError", "").partition(" ")[2].strip('"'),
                active=found.get("ActiveState", ""),
                sub=found.get("SubState", ""),
                enabled=found.get("UnitFileState", ""),
                result=found.get("Result", ""),
                code=found.get("ExecMainCode", ""),
                status=found.get("ExecMainStatus", ""),
                reload=found.get("NeedDaemonReload", ""),
                drop_ins=found.get("DropInPaths", ""),
            )


def _pairs(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, separator, value = line.partition("=")
        if separator:
            yield name, value
