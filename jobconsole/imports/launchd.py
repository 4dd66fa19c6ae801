"""Agents of launchd: property lists, in XML or binary."""

from __future__ import annotations

import functools
import plistlib
import re
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

import msgspec

from jobconsole.imports.exec_line import quoted_folder
from jobconsole.imports.grid import Grid, joined, when_of
from jobconsole.imports.proposal import (
    UNBOUNDED,
    Definition,
    Entry,
    Found,
    LeftOut,
    Listed,
    When,
    gather,
)
from jobconsole.imports.secret import note_of, suspicion, variables
from launchd.service import PREFIX
from runner.config.units import MAX_SECONDS, format_duration
from runner.model.errors import ImportInvalidError, TriggerInvalidError
from runner.model.schedule import Cron
from runner.model.text import one_line
from runner.schedule import timetable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from jobconsole.imports.grid import Values

_MOST_BYTES = 4 * 1024 * 1024
_REVERSED_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]+\.){2}(?=.)")
_IN_VAIN = frozenset({"ProcessType", "LimitLoadToSessionType"})
_ABOUT = (
    "launchd started commands in /: where there is no `cd`, they start in the project.",
    "launchd stops nothing that takes long: hence `timeout`.",
    "Where clocks are changed, jobs start by cron's rules, not by those of launchd.",
)
_UNREADABLE = (
    ExpatError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
)
"""What plistlib raises for files of which it can make nothing."""


class Moments(msgspec.Struct, frozen=True, rename="pascal"):
    """One dictionary of StartCalendarInterval: what is not named is any."""

    minute: int | None = None
    hour: int | None = None
    day: int | None = None
    weekday: int | None = None
    month: int | None = None


class Agent(msgspec.Struct, frozen=True, rename="pascal"):
    """What of a property list matters to a job."""

    label: str
    program: str | None = None
    program_arguments: tuple[str, ...] = ()
    start_interval: int | None = None
    start_calendar_interval: Moments | tuple[Moments, ...] | None = None
    run_at_load: bool = False
    keep_alive: bool | dict[str, object] = False
    watch_paths: tuple[str, ...] = ()
    queue_directories: tuple[str, ...] = ()
    start_on_mount: bool = False
    environment_variables: dict[str, str | int | float | bool] = {}
    working_directory: str | None = None
    abandon_process_group: bool = False
    disabled: bool = False
    user_name: str | None = None


_HEEDED = frozenset(field.encode_name for field in msgspec.structs.fields(Agent))


def read_agents(named: Sequence[Path], zone: str) -> Found:
    """The agents of files, and of all files in folders.

    Raises ImportInvalidError for a file that is named and cannot be read.
    """
    read = functools.partial(_read, zone=zone)
    return gather(_listed(named), read, *_ABOUT)


def _listed(named: Sequence[Path]) -> Iterable[Listed]:
    for one in named:
        if one.is_dir():
            yield from (Listed(it, named=False) for it in sorted(one.glob("*.plist")))
        else:
            yield Listed(one, named=True)


def _read(path: Path, zone: str) -> Entry | LeftOut:
    plist = _plist(path)
    try:
        agent = msgspec.convert(plist, Agent)
    except msgspec.ValidationError as error:
        message = f"{path}:1: it is no agent of launchd: {error}"
        raise ImportInvalidError(message) from None
    reason = _why_not(agent)
    if reason:
        own = agent.label.startswith(PREFIX)
        return LeftOut(str(path), reason, own)
    others = [key for key in plist if key not in _HEEDED | _IN_VAIN]
    return _entry(agent, others, str(path), zone)


def _plist(path: Path) -> dict[str, object]:
    """Raises ImportInvalidError."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
        plist = plistlib.loads(content)
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise ImportInvalidError(message) from None
    except _UNREADABLE as error:
        line = getattr(error, "lineno", 1)
        message = f"{path}:{line}: it is no property list: {error}"
        raise ImportInvalidError(message) from None
    if not isinstance(plist, dict):
        message = f"{path}:1: it is no agent of launchd"
        raise ImportInvalidError(message)
    return plist


def _why_not(agent: Agent) -> str:
    """Why it is no job; empty if it is one."""
    if agent.label.startswith(PREFIX):
        return "it is jobconsole's own"
    if not (agent.program or agent.program_arguments):
        return "it names no program"
    scheduled = agent.start_interval or agent.start_calendar_interval is not None
    changes = agent.watch_paths or agent.queue_directories or agent.start_on_mount
    return "" if scheduled or changes else _without_schedule(agent)


def _without_schedule(agent: Agent) -> str:
    if agent.keep_alive:
        return "it is kept running (KeepAlive), which is no job"
    if agent.run_at_load:
        return "it starts at login (RunAtLoad), which is no schedule"
    return "it starts on demand, which is no schedule"


def _entry(agent: Agent, others: list[str], source: str, zone: str) -> Entry:
    when, notes = _when(agent, zone)
    around = variables(
        {name: _plain(it) for name, it in agent.environment_variables.items()}
    )
    command = _command(agent)
    definition = Definition(
        enabled=not agent.disabled,
        command=command,
        when=when,
        timeout=UNBOUNDED,
        leftovers="keep" if agent.abandon_process_group else None,
        catch_up="latest" if when is not None and when.every is None else None,
        env=around.env,
        env_pass=around.env_pass,
    )
    user = (f"launchd ran it as {agent.user_name}",) if agent.user_name else ()
    return Entry(
        _REVERSED_DOMAIN.sub("", agent.label, count=1),
        source,
        definition,
        (
            *notes,
            *_notes_of(agent, others),
            *user,
            *around.notes,
            *note_of(around.env_pass),
            *suspicion(command),
        ),
    )


def _command(agent: Agent) -> str | tuple[str, ...]:
    argv = agent.program_arguments
    if agent.program is not None:
        argv = (agent.program, *argv[1:])
    if agent.working_directory is None:
        return argv
    words = " ".join(map(_quoted, argv))
    return f"cd {_quoted(agent.working_directory)} && exec {words}"


def _when(agent: Agent, zone: str) -> tuple[When | None, tuple[str, ...]]:
    moments = agent.start_calendar_interval
    if moments is None:
        return _interval(agent.start_interval)
    listed = (moments,) if isinstance(moments, Moments) else moments
    if agent.start_interval:
        return None, _not_said("StartInterval and StartCalendarInterval together")
    grid = joined([_grid(one) for one in listed]) if listed else None
    if grid is None:
        return None, _not_said("StartCalendarInterval: no single schedule says it all")
    when = when_of(grid, zone)
    try:
        timetable(Cron(when.cron or "0 0 * * *", zone))
    except TriggerInvalidError as error:
        return None, _not_said(f"StartCalendarInterval: {error.message}")
    often = any(one.minute is None and one.hour is not None for one in listed)
    said = ("without a Minute it starts every minute of the hour, in launchd too",)
    return when, said if often else ()


def _interval(seconds: int | None) -> tuple[When | None, tuple[str, ...]]:
    if not seconds:
        return None, ()
    if not 0 < seconds <= MAX_SECONDS:
        return None, _not_said(f"StartInterval={seconds}")
    note = "StartInterval counts from login; `every` goes by the clock"
    return When(every=format_duration(seconds)), (note,)


def _grid(one: Moments) -> Grid:
    weekday = None if one.weekday is None else one.weekday % 7
    fields: list[Values] = [
        None if value is None else frozenset({value})
        for value in (one.minute, one.hour, one.day, one.month, weekday)
    ]
    return Grid(*fields)


def _not_said(what: str) -> tuple[str, ...]:
    return (f"not carried over: {what}",)


def _notes_of(agent: Agent, others: list[str]) -> tuple[str, ...]:
    named = [
        *(f"WatchPaths={it}" for it in agent.watch_paths),
        *(f"QueueDirectories={it}" for it in agent.queue_directories),
        *(("StartOnMount",) if agent.start_on_mount else ()),
        *(("RunAtLoad",) if agent.run_at_load else ()),
        *(("KeepAlive",) if agent.keep_alive else ()),
        *others,
    ]
    return _not_said(one_line(", ".join(named))) if named else ()


def _plain(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _quoted(word: str) -> str:
    return quoted_folder(word)
