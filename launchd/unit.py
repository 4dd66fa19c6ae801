"""A service as units of a systemd user manager, and back.

What the lines do is told by systemd.service(5), systemd.timer(5), systemd.exec(5).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from launchd.service import Kind, Service, span
from runner.model.errors import DriverUnfitError
from runner.process.driver import Driver
from runner.process.environment import DRIVER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OURS = "jobconsole: "
"""So begins what systemd calls a unit of ours in its lists and logs."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFUSED_IN_PROGRAM = ('"', "'", "\\")
"""systemd calls them special characters, however they are quoted."""

_WORD = re.compile(r'\s*"((?:[^"\\%]|\\["\\]|%%)*)"(?=\s|$)')
_ESCAPED = re.compile(r"\\(.)|%(%)")
_SECONDS = re.compile(r"(\d+)s")

_UNIT = """\
[Unit]
Description={title}
# A clock that is set again and again must not make systemd give up.
StartLimitIntervalSec=0
"""

_SERVICE = """
[Service]
{calling}
{environment}
UnsetEnvironment=PYTHONHOME PYTHONPATH
ExecStart=:{argv}
# Workers outlive what has called them, and so do the other jobs of one that is killed
# for want of memory. Each run has a group of its own below this one.
KillMode=process
OOMPolicy=continue
Delegate=yes
UMask=0077
# A log in a folder that is gone would keep it from being called.
StandardOutput=journal
StandardError=journal
SyslogIdentifier=jobconsole
"""

_CALLING = {
    # One that hangs, with its disk perhaps, must not keep the next from being called.
    Kind.TICK: "Type=oneshot\nTimeoutStartSec=5min",
    Kind.RESIDENT: "Type=exec\nRestart=always\nRestartSec=10s",
    Kind.PROBE: "Type=oneshot",
}

_AT_LOGIN = """
[Install]
WantedBy=default.target
"""

_TIMER = """\
[Unit]
Description={title}

[Timer]
# Never OnCalendar: when clocks go back it leaves out an hour.
OnActiveSec=0
OnUnitActiveSec={every}s
# These clocks stand still in sleep: to wake is to be called, and so is a clock's step.
OnClockChange=yes
# Unset it is a minute.
AccuracySec=1us

[Install]
WantedBy=timers.target
"""


class Units(NamedTuple):
    """The texts of the unit files; a timer has a tick only."""

    service: str
    timer: str | None = None


def units_of(service: Service) -> Units:
    """Raises DriverUnfitError where a unit cannot say it."""
    _check(service)
    environment = {DRIVER_VARIABLE: str(Driver.SYSTEMD), **service.environment}
    title = _title(service)
    body = _SERVICE.format(
        calling=_CALLING[service.kind],
        environment="\n".join(
            f"Environment={_quoted(f'{name}={value}')}"
            for name, value in environment.items()
        ),
        argv=" ".join(map(_quoted, service.argv)),
    )
    text = _UNIT.format(title=title) + body
    if service.kind is Kind.RESIDENT:
        text += _AT_LOGIN
    if service.kind is not Kind.TICK:
        return Units(text)
    return Units(text, _TIMER.format(title=title, every=service.every))


def service_of(label: str, units: Units) -> Service | None:
    """What the units say, None where they are not as we would write them.

    The log is not told: the journal takes all.
    """
    lines = _lines_of(units.service)
    every = _every(units.timer)
    argv = _words(_only(lines, "ExecStart").removeprefix(":"))
    assignments = [_words(line) for line in lines.get("Environment", [])]
    if not argv or every is None or not all(assignments):
        return None
    return Service(
        label=label,
        title=_only(lines, "Description").replace("%%", "%").removeprefix(_OURS),
        argv=tuple(argv),
        environment=dict(_pairs(word for words in assignments for word in words)),
        log=Path("/dev/null"),
        kind=_kind(lines, units),
        every=every,
    )


def _check(service: Service) -> None:
    program = service.argv[0]
    for text in (*service.argv, *service.environment.values()):
        if _CONTROL.search(text) or not _is_text(text):
            message = f"a unit of systemd cannot hold {text!r}"
            hint = "Rename what has control characters, or bytes that are no UTF-8."
            raise DriverUnfitError(message, hint=hint)
    for name in service.environment:
        if not _NAME.fullmatch(name):
            message = f"{name!r} is no name of a variable to systemd"
            raise DriverUnfitError(message, hint="Leave it out.")
    if not program.startswith("/") or any(it in program for it in _REFUSED_IN_PROGRAM):
        message = f"systemd calls no program with the path {program!r}"
        raise DriverUnfitError(message, hint="Install jobconsole in another folder.")
    if service.kind is Kind.TICK and service.every < 1:
        message = f"systemd cannot call anything every {span(service.every)}"
        raise DriverUnfitError(message, hint="Ask for a second or more.")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _title(service: Service) -> str:
    """One line; a backslash at its end would take the next one in."""
    plain = _CONTROL.sub(" ", service.title).encode("utf-8", "replace").decode()
    title = plain.replace("%", "%%").strip().rstrip("\\ ")
    return f"{_OURS}{title or service.label}"


def _quoted(word: str) -> str:
    """As one word; the `:` of ExecStart keeps `$` from meaning anything."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _words(line: str) -> list[str]:
    """The words of a line, none where one is not quoted as ours are."""
    found: list[str] = []
    position = 0
    while match := _WORD.match(line, position):
        found.append(_ESCAPED.sub(lambda it: it[1] or it[2], match[1]))
        position = match.end()
    return [] if line[position:].strip() else found


def _pairs(assignments: Iterable[str]) -> Iterable[tuple[str, str]]:
    for assignment in assignments:
        name, _, value = assignment.partition("=")
        yield name, value


def _lines_of(text: str) -> dict[str, list[str]]:
    """What stands after each key; no key of ours is in two sections."""
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):
        key, separator, value = line.partition("=")
        if separator and not key.startswith(("#", ";")):
            found.setdefault(key.strip(), []).append(value.strip())
    return found


def _only(lines: Mapping[str, list[str]], key: str) -> str:
    """The value of a key that is there once; else nothing."""
    values = lines.get(key, [])
    return values[0] if len(values) == 1 else ""


def _every(timer: str | None) -> int | None:
    """Seconds between two ticks, 0 without a timer, None where it does not say."""
    if timer is None:
        return 0
    match = _SECONDS.fullmatch(_only(_lines_of(timer), "OnUnitActiveSec"))
    return int(match[1]) if match else None


def _kind(lines: Mapping[str, list[str]], units: Units) -> Kind:
    if units.timer is not None:
        return Kind.TICK
    return Kind.RESIDENT if _only(lines, "Restart") == "always" else Kind.PROBE
