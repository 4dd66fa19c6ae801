"""Timers of systemd, found where it looks for them, with the services they start."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jobconsole.imports.exec_line import UnreadableLineError
from jobconsole.imports.proposal import Entry, Found, LeftOut, Listed, gather
from jobconsole.imports.service import read_service
from jobconsole.imports.timer import read_timer
from jobconsole.imports.unit_file import read_unit
from launchd.service import PREFIX
from runner.model.errors import ImportInvalidError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobconsole.imports.unit_file import Unit

TIMER = ".timer"
_ABOUT = (
    "systemd started commands elsewhere: where there is no `cd`, in the project now.",
    "systemd stops nothing that has no bound of its own: hence `timeout: 1d`.",
    "Where clocks are changed, jobs start by cron's rules, not by those of systemd.",
)
_TEMPLATE = re.compile(r"(?P<name>[^@]+)@(?P<instance>.*)(?P<type>\.\w+)")
_MASKED = Path("/dev/null")


class Manager(NamedTuple):
    """Whose units: the user's or the system's.

    Of `folders` the first `own` hold what people wrote, the rest what packages brought.
    """

    zone: str
    home: Path
    user: str
    folders: tuple[Path, ...]
    own: int


def user_manager(config: Path, data: Path, home: Path, user: str, zone: str) -> Manager:
    """The folders for configuration and data are usually ~/.config, ~/.local/share."""
    folders = (
        config / "systemd/user",
        Path("/etc/systemd/user"),
        data / "systemd/user",
        Path("/usr/lib/systemd/user"),
    )
    return Manager(zone, home, user, folders, 3)


def system_manager(home: Path, zone: str) -> Manager:
    folders = (
        Path("/etc/systemd/system"),
        Path("/run/systemd/system"),
        Path("/usr/local/lib/systemd/system"),
        Path("/usr/lib/systemd/system"),
        Path("/lib/systemd/system"),
    )
    return Manager(zone, home, "root", folders, 1)


def read_timers(named: Sequence[Path | str], manager: Manager) -> Found:
    """The timers that are named by name, file or folder; without any, people's own.

    Raises ImportInvalidError for what is named and cannot be read.
    """
    listed = _listed(named, manager) if named else _own_timers(manager)
    read = functools.partial(_read, manager=manager, known=not named)
    return gather(listed, read, *_ABOUT)


def _listed(named: Sequence[Path | str], manager: Manager) -> Iterable[Listed]:
    for one in named:
        if isinstance(one, str):
            name = one if one.endswith(TIMER) else one + TIMER
            yield Listed(_find(name, manager), named=True)
        elif one.is_dir():
            yield from (Listed(path, named=False) for path in _timers_in(one))
        else:
            yield Listed(one.with_suffix(TIMER), named=True)


def _find(name: str, manager: Manager) -> Path:
    """Raises ImportInvalidError."""
    for folder in manager.folders:
        if (folder / name).is_file():
            return folder / name
    message = f"there is no {name} in {', '.join(map(str, manager.folders))}"
    raise ImportInvalidError(message, hint="Name its file, or the folder it is in.")


def _own_timers(manager: Manager) -> Iterable[Listed]:
    seen: set[str] = set()
    for folder in manager.folders[: manager.own]:
        for path in _timers_in(folder):
            if path.name not in seen:  # an earlier folder hides it
                seen.add(path.name)
                yield Listed(path, named=False)


def _timers_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{TIMER}"))


def _read(path: Path, manager: Manager, *, known: bool) -> Entry | LeftOut:
    """`known`: it stands where systemd finds it, so that it tells what is enabled.

    Raises ImportInvalidError.
    """
    if path.name.startswith(PREFIX):
        return LeftOut(str(path), "it is jobconsole's own", own=True)
    template = _TEMPLATE.fullmatch(path.name)
    if template and not template["instance"]:
        return LeftOut(str(path), "it is a template: import what is made of it")
    if path.resolve() == _MASKED:
        return LeftOut(str(path), "it is masked")
    timer = read_unit(path, path.name, manager.folders)
    service = _service_of(timer, manager)
    if isinstance(service, str):
        return LeftOut(str(path), f"there is no {service}")
    return _entry(timer, service, manager, enabled=not known or _wanted(timer, manager))


def _service_of(timer: Unit, manager: Manager) -> Unit | str:
    """What the timer starts, or the name of what is missing. Raises ImportInvalidError."""
    name = timer.last("Timer", "Unit") or f"{timer.path.stem}.service"
    template = _TEMPLATE.fullmatch(name)
    names = [name, f"{template['name']}@{template['type']}"] if template else [name]
    folders = (timer.path.parent, *manager.folders)
    for candidate in names:
        for folder in folders:
            if (folder / candidate).is_file():
                return read_unit(folder / candidate, name, manager.folders)
    return name


def _wanted(timer: Unit, manager: Manager) -> bool:
    return any(
        wanted.is_symlink()
        for folder in manager.folders
        for wanted in folder.glob(f"*.wants/{timer.name}")
    )


def _entry(
    timer: Unit, service: Unit, manager: Manager, *, enabled: bool
) -> Entry | LeftOut:
    source = f"{timer.path}:{_line(timer)}"
    try:
        served = read_service(service, _specifiers(timer, manager))
    except UnreadableLineError as error:
        place = f"{service.path}:{service.line_of('Service', 'ExecStart')}"
        return LeftOut(place, str(error))
    timing = read_timer(timer, manager.zone)
    described = served.definition.description or timer.last("Unit", "Description")
    definition = msgspec.structs.replace(
        served.definition,
        description=described or None,
        enabled=enabled,
        when=timing.when,
        catch_up=timing.catch_up,
    )
    disabled = () if enabled else ("it is disabled: systemd had it not enabled",)
    notes = (*disabled, *timing.notes, *served.notes)
    return Entry(timer.path.stem.replace("@", "-"), source, definition, notes)


def _line(timer: Unit) -> int:
    keys = [key for key in timer.keys("Timer") if key.startswith("On")]
    return min((timer.line_of("Timer", key) for key in keys), default=1)


def _specifiers(timer: Unit, manager: Manager) -> dict[str, str]:
    """What `%h` and the like stand for in the service."""
    name = timer.last("Timer", "Unit") or f"{timer.path.stem}.service"
    stem = name.rpartition(".")[0]
    prefix, _, instance = stem.partition("@")
    return {
        "h": str(manager.home),
        "u": manager.user,
        "n": name,
        "N": stem,
        "p": prefix,
        "i": instance,
        "I": instance.replace("-", "/"),
    }
