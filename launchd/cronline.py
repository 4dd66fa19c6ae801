"""A service as one line of a crontab, and back."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from launchd.service import PROBE_PREFIX, Kind, Service, span
from runner.model.errors import DriverUnfitError
from runner.process.driver import Driver
from runner.process.environment import DRIVER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 998
"""Bytes of a command as it is written: Debian's cron takes no more, nor does macOS'."""

_MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
_EVERY_MINUTE = "* * * * *"

SCHEDULES = {
    **{60 * n: f"*/{n} * * * *" for n in _MINUTES},
    **{3600 * n: f"0 */{n} * * *" for n in _HOURS},
    60: _EVERY_MINUTE,
    3600: "0 * * * *",
    24 * 3600: "0 0 * * *",
}
"""What can be said of an interval, by its seconds: cron counts anew in every hour and
every day, so only what divides one comes in even steps."""

_SECONDS = {schedule: seconds for seconds, schedule in SCHEDULES.items()}

# The log's folder may be gone: the tick is called all the same, and heard by nobody.
_DRIVER = f"{DRIVER_VARIABLE}={Driver.CRON}"
_BEFORE = ("true", "2>/dev/null", ">>$l", "||", "l=/dev/null;", _DRIVER)
_AFTER = (">>$l", "2>&1")

_LINE = re.compile(
    r"(?P<off>[ \t]*#)?[ \t]*(?P<schedule>@\w+|(?:\S+[ \t]+){4}\S+)[ \t]+"
    rf"(?P<command>umask 077; l=.* {_DRIVER} .*)\s*"
)
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_UNSPEAKABLE = re.compile(r"[\0\n\r\b]")
"""Line ends, and what Debian's `crontab -l` does not show as it is."""


class Call(NamedTuple):
    """A line of ours as it was read. Somebody may have commented it out."""

    schedule: str
    words: tuple[str, ...]
    off: bool


def line_of(service: Service) -> str:
    """The line without its end. Raises DriverUnfitError."""
    schedule = _schedule_of(service)
    command = _command_of(service)
    length = len(command.encode("utf-8", "surrogateescape"))
    if length > LONGEST:
        message = f"the line for cron would have {length} bytes, {LONGEST} are possible"
        raise DriverUnfitError(
            message,
            hint="Move the project, its state or its Python to a shorter path,"
            " or install with another driver.",
        )
    return f"{schedule} {command}"


def read_line(line: str) -> Call | None:
    """What a line calls, if it is one of ours, whoever may have changed it."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    try:
        words = shlex.split(unescaped(match["command"]))
    except ValueError:  # a quote that is never closed
        words = []
    return Call(match["schedule"], tuple(words), match["off"] is not None)


def service_of(call: Call, label: str, title: str) -> Service | None:
    """The service that a line was made of; None where it was changed too much."""
    begin, end = 3 + len(_BEFORE), -len(_AFTER)
    if call.words[3:begin] != _BEFORE or call.words[end:] != _AFTER:
        return None
    environment = {DRIVER_VARIABLE: str(Driver.CRON)}
    words = list(call.words[begin:end])
    while words and (match := _ASSIGNMENT.fullmatch(words[0])):
        environment[match[1]] = match[2]
        del words[0]
    probe = label.startswith(PROBE_PREFIX)
    return Service(
        label=label,
        title=title,
        argv=tuple(words),
        environment=environment,
        log=Path(call.words[2].removeprefix("l=").removesuffix(";")),
        kind=Kind.PROBE if probe else Kind.TICK,
        every=0 if probe else _SECONDS.get(call.schedule, 0),
    )


def unescaped(command: str) -> str:
    """What cron hands to the shell: a bare `%` would begin the standard input."""
    return command.replace("\\%", "%")


def _schedule_of(service: Service) -> str:
    if service.kind is Kind.PROBE:
        return _EVERY_MINUTE
    if service.kind is Kind.RESIDENT:
        message = "cron cannot keep a process running"
        raise DriverUnfitError(
            message, hint="launchd and systemd can; or start `jobconsole up` yourself."
        )
    if service.every in SCHEDULES:
        return SCHEDULES[service.every]
    shortest = " (its shortest step is a minute)" if service.every < 60 else ""
    message = f"cron cannot call every {span(service.every)}{shortest}"
    raise DriverUnfitError(
        message,
        hint=f"It can every {_listed(_MINUTES)} minutes, or {_listed(_HOURS)} hours.",
    )


def _command_of(service: Service) -> str:
    environment = [
        f"{name}={_quoted(value)}"
        for name, value in sorted(service.environment.items())
        if name != DRIVER_VARIABLE
    ]
    words = [_DRIVER, *environment, *map(_quoted, service.argv)]
    command = (
        f"umask 077; l={_quoted(str(service.log))};"
        ' true 2>/dev/null >>"$l" || l=/dev/null;'
        f' {" ".join(words)} >>"$l" 2>&1'
    )
    return command.replace("%", "\\%")


def _quoted(word: str) -> str:
    """For the shell, by way of cron.

    Some crons read two backslashes as one and others do not: behind each of them a
    quotation ends and another begins, so that none meets a second one or a `%`.
    """
    if _UNSPEAKABLE.search(word):
        message = f"a crontab cannot hold the line end or control character in {word!r}"
        raise DriverUnfitError(message, hint="Rename it, or install with another.")
    return shlex.quote(word).replace("\\", "\\''")


def _listed(numbers: Iterable[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} or {last}"
