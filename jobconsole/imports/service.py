"""A service of systemd → what its job runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.imports.exec_line import (
    ExecLine,
    UnreadableLineError,
    command_of,
    expand_specifiers,
    read_exec,
    split_words,
)
from jobconsole.imports.proposal import UNBOUNDED, Definition
from jobconsole.imports.secret import note_of, suspicion, variables
from jobconsole.imports.spans import memory, seconds
from runner.config.units import MAX_SECONDS, format_duration, format_size
from runner.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.imports.unit_file import Unit

_SECTION = "Service"
_HEEDED = re.compile(
    "Environment|EnvironmentFile|ExecStart|ExecStartPre|Group|PassEnvironment|"
    "RuntimeMaxSec|TimeoutSec|TimeoutStartSec|Type|User|WorkingDirectory"
)
_IN_VAIN = re.compile(
    r"(KillMode|RemainAfterExit|Syslog\w+|TimeoutStopSec)=.*"
    r"|Standard(Error|Input|Output)=[^:]*|UMask=0*22"
)
"""What needs no word: output is kept here anyway, and jobs have that umask."""

_LEAVING = frozenset({"none", "process"})
"""The KillModes that leave alone what outlives the command."""

_CONDITION = re.compile(r"(Condition|Assert)\w+")
_LONG_RUNNING = frozenset({"forking", "notify", "notify-reload", "dbus"})


class Served(NamedTuple):
    """A job without its schedule."""

    definition: Definition
    notes: tuple[str, ...]


def read_service(service: Unit, specifiers: Mapping[str, str]) -> Served:
    """Raises UnreadableLineError for what is no command of ours."""
    lines = [
        line
        for key in ("ExecStartPre", "ExecStart")
        for text in service.all(_SECTION, key)
        for line in read_exec(text, specifiers)
    ]
    if not service.all(_SECTION, "ExecStart"):
        message = "it has no ExecStart"
        raise UnreadableLineError(message)
    folder = service.last(_SECTION, "WorkingDirectory").lstrip("-")
    command = command_of(lines, expand_specifiers(folder, specifiers))
    around = variables(_environment(service, specifiers))
    files = service.all(_SECTION, "EnvironmentFile")
    passed = " ".join(service.all(_SECTION, "PassEnvironment")).split()
    limit = memory(service.last(_SECTION, "MemoryMax"))
    definition = Definition(
        description=_description(service, specifiers),
        command=command,
        timeout=_timeout(service),
        limits={"memory": format_size(limit)} if limit else {},
        leftovers="keep" if service.last(_SECTION, "KillMode") in _LEAVING else None,
        env=around.env,
        env_pass=tuple(dict.fromkeys((*around.env_pass, *passed))),
        env_file=_env_file(files, specifiers),
    )
    notes = (
        *_notes_of_lines(lines),
        *around.notes,
        *note_of(around.env_pass),
        *(("only the first EnvironmentFile is read",) if len(files) > 1 else ()),
        *_notes_of_rights(service),
        *_notes_of_kind(service),
        *_others(service, has_limit=limit is not None),
        *suspicion(command),
    )
    return Served(definition, notes)


def _description(service: Unit, specifiers: Mapping[str, str]) -> str | None:
    said = one_line(service.last("Unit", "Description"))
    try:
        return expand_specifiers(said, specifiers) or None
    except UnreadableLineError:
        return said


def _environment(service: Unit, specifiers: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in service.all(_SECTION, "Environment"):
        for word in split_words(text):
            name, separator, value = word.partition("=")
            if separator:
                found[name] = expand_specifiers(value, specifiers)
    return found


def _env_file(files: list[str], specifiers: Mapping[str, str]) -> str | None:
    if not files:
        return None
    return expand_specifiers(files[0].lstrip("-"), specifiers)


def _timeout(service: Unit) -> str:
    """How long it may take as a whole: of a oneshot, that is its start."""
    texts = [service.last(_SECTION, "RuntimeMaxSec")]
    if service.last(_SECTION, "Type") == "oneshot":
        starts = (
            service.last(_SECTION, it) for it in ("TimeoutStartSec", "TimeoutSec")
        )
        texts = [next(filter(None, starts), "")]
    length = seconds(texts[0])
    if length is None or length > MAX_SECONDS:
        return UNBOUNDED
    return format_duration(length)


def _notes_of_lines(lines: list[ExecLine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note for line in lines for note in line.notes))


def _notes_of_rights(service: Unit) -> tuple[str, ...]:
    named = [
        f"{key.lower()} {value}"
        for key in ("User", "Group")
        if (value := service.last(_SECTION, key))
    ]
    return (f"systemd ran it as {', '.join(named)}",) if named else ()


def _notes_of_kind(service: Unit) -> tuple[str, ...]:
    kind = service.last(_SECTION, "Type")
    if kind not in _LONG_RUNNING:
        return ()
    return (f"it is of Type={kind}: a job ends when its program does",)


def _others(service: Unit, *, has_limit: bool) -> tuple[str, ...]:
    """By name alone: among the values may be secrets."""
    others = [
        key
        for key in service.keys(_SECTION)
        if not _HEEDED.fullmatch(key)
        and not (has_limit and key == "MemoryMax")
        and not _IN_VAIN.fullmatch(f"{key}={service.last(_SECTION, key)}")
    ]
    others += [key for key in service.keys("Unit") if _CONDITION.fullmatch(key)]
    return (f"not carried over: {', '.join(others)}",) if others else ()
