"""What is to be called, how often, and what is found of it: the words of all drivers."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from runner.process.environment import DRIVER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.process.driver import Driver

PREFIX = "jobconsole."
"""Every label of ours begins so."""

PROBE_PREFIX = f"{PREFIX}probe-"
"""So begin those of what is called once, to see how things are there."""

_SLUG_LONGEST = 32
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


class Kind(StrEnum):
    """In which way something is called."""

    TICK = "tick"  # every so often; it leaves at once
    RESIDENT = "resident"  # kept running
    PROBE = "probe"  # once, to see how things are there


class Service(NamedTuple):
    """What a driver is to call for one project.

    `argv` begins with an absolute path. `environment` is all that matters to it;
    drivers add their own. `every` is seconds between the beginnings of two ticks, 0
    for other kinds. `log` takes its output where the driver keeps none itself.
    """

    label: str
    title: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    kind: Kind
    every: int = 0

    @property
    def config(self) -> str | None:
        """The configuration that is named in the arguments."""
        return config_in(self.argv)


class PlannedFile(NamedTuple):
    """A file as it is to be."""

    path: Path
    text: str


class Plan(NamedTuple):
    """What an installation would write, and the commands that it would run.

    `definition` is what is compared with the `definition` of what is `Found`.
    """

    files: tuple[PlannedFile, ...]
    commands: tuple[tuple[str, ...], ...]
    definition: str


class Found(NamedTuple):
    """What a driver has of a label.

    `service` is the definition as it was read back, None where that cannot be done:
    of its `log` and `title` as far as they are told. `loaded`: the driver knows it and
    will call it. `enabled`: it comes back after the next login or start of the machine.
    `state` is in the driver's own words. `changed_by` are files beside those of the
    definition that change what it says; then `definition` is like no planned one.
    """

    driver: Driver
    label: str
    files: tuple[Path, ...]
    definition: str
    service: Service | None
    loaded: bool
    enabled: bool
    state: str = ""
    changed_by: tuple[Path, ...] = ()


class Backend(Protocol):
    """One driver on this machine, for this user."""

    @property
    def driver(self) -> Driver: ...

    def obstacle(self) -> str:
        """Why it cannot be used here; empty if it can."""
        ...

    def plan(self, service: Service) -> Plan:
        """Pure. Raises DriverUnfitError where it cannot be said to this driver."""
        ...

    def find(self, label: str) -> Found | None:
        """What there is of a label, if there is anything at all."""
        ...

    def everything(self) -> list[Found]:
        """All that is ours: whatever has a label that begins as ours do.

        Of one that cannot be used, as far as it is to be seen all the same.
        """
        ...

    def install(self, service: Service) -> None:
        """Put it in place of what has its label, and have the driver call it.

        Returns once the driver has it. A first tick comes within seconds where the
        driver can do so. Raises DriverRefusedError, DriverUnavailableError,
        DriverUnfitError.
        """
        ...

    def remove(self, label: str) -> bool:
        """Leave nothing behind of a label; whether there was something.

        What was started by it goes on. Raises as `install`.
        """
        ...

    def advice(self) -> list[str]:
        """What the operator should know or do, each in one sentence."""
        ...


def label_of(config: Path) -> str:
    """`jobconsole.media-3f2a9c1b`: the project's folder, and a hash of the whole path."""
    digest = hashlib.sha256(bytes(config)).hexdigest()[:8]
    plain = unicodedata.normalize("NFKD", config.parent.name).encode("ascii", "ignore")
    slug = re.sub(r"[^a-z0-9]+", "-", plain.decode().lower()).strip("-")
    return f"{PREFIX}{slug[:_SLUG_LONGEST].rstrip('-') or 'project'}-{digest}"


def config_in(argv: tuple[str, ...]) -> str | None:
    """The word after `--config`, if there is one."""
    if "--config" not in argv[:-1]:
        return None
    return argv[argv.index("--config") + 1]


def span(seconds: int) -> str:
    """`5m`, `1h30m`: as one asks for it."""
    parts: list[str] = []
    for unit, length in _UNITS.items():
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def deviations(found: Found, wanted: Service, definition: str) -> list[str]:
    """How it is not defined as planned, in words; empty where it is."""
    if found.definition == definition:
        return []
    said = differences(found.service, wanted)
    said += [f"it is changed by {path}" for path in found.changed_by]
    return said or ["its definition was edited, or written by another version"]


def differences(found: Service | None, wanted: Service) -> list[str]:
    """What is not as it should be, in words; empty where nothing is to be seen.

    The same definition can still be written in another way.
    """
    if found is None:
        return ["it cannot be read"]
    said: list[str] = []
    if found.kind is not wanted.kind:
        said.append(f"it is a {found.kind}, not a {wanted.kind}")
    elif found.every != wanted.every:
        often = f"every {span(found.every)}" if found.every else "at times of its own"
        said.append(f"it ticks {often}, not every {span(wanted.every)}")
    if found.argv[:1] != wanted.argv[:1]:
        program = found.argv[0] if found.argv else "nothing"
        said.append(f"it calls {program}, not {wanted.argv[0]}")
    elif found.argv != wanted.argv:
        said.append("its arguments are not the same")
    names = sorted(found.environment.keys() | wanted.environment.keys())
    other = [
        name
        for name in names
        if name != DRIVER_VARIABLE
        and found.environment.get(name) != wanted.environment.get(name)
    ]
    if other:
        said.append(f"{', '.join(other)} is not the same")
    return said
