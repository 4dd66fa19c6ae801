"""A user's crontab as bytes, of which only the marked blocks are ours.

A block is a line that calls, between two lines that mark it. Everything else stays
byte for byte, also where somebody damaged a block: ours are the lines with its label
in a marker, and beside or between them a line of the shape that we write.

A block is put in front of everything: there no `SHELL=` or `CRON_TZ=` of the user's
reaches it, and a missing line end at the end of the crontab stays missing.
"""

from __future__ import annotations

import io
import re
import shlex
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from launchd.cronline import Call, line_of, read_line, service_of, unescaped
from launchd.service import PREFIX, config_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from launchd.service import Service

_NOTE = "written by jobconsole, do not edit: "
_BEGIN = re.compile(rf"# >>> ({re.escape(PREFIX)}\S+) >>> ?(.*?)\s*")
_END = re.compile(rf"# <<< ({re.escape(PREFIX)}\S+) <<<\s*")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_TICK = re.compile(r"\bjobconsole\b.*\s--tick(?![\w-])", re.DOTALL)


class _Edge(StrEnum):
    BEGIN = "begin"
    END = "end"


class _Marker(NamedTuple):
    edge: _Edge
    label: str
    note: str


class Block(NamedTuple):
    """What there is of a label. `definition` is all of its lines as they are.

    `active`: there is a line that cron would call.
    """

    label: str
    definition: str
    service: Service | None
    active: bool


class ForeignTick(NamedTuple):
    """A line by another hand that calls a tick; of which project, if it says so."""

    line: str
    config: str | None


def block_of(service: Service) -> str:
    """The lines that a service is to have. Raises DriverUnfitError."""
    title = _CONTROLS.sub(" ", service.title)
    return (
        f"# >>> {service.label} >>> {_NOTE}{title}\n"
        f"{line_of(service)}\n"
        f"# <<< {service.label} <<<\n"
    )


def labels(crontab: bytes) -> list[str]:
    """Of all blocks, damaged ones too, in their order."""
    markers = map(_marker, _lines(crontab))
    return list(dict.fromkeys(marker.label for marker in markers if marker))


def find(crontab: bytes, label: str) -> Block | None:
    lines = _lines(crontab)
    own = [lines[number] for number in _own(lines, label)]
    if not own:
        return None
    notes = [marker.note for marker in map(_marker, own) if marker and marker.note]
    title = notes[0].removeprefix(_NOTE) if notes else ""
    calls = [call for call in map(_call, own) if call]
    services = [service_of(call, label, title) for call in calls]
    return Block(
        label,
        _text(b"".join(own)),
        services[0] if len(services) == 1 else None,
        any(not call.off for call in calls),
    )


def put(crontab: bytes, label: str, block: str) -> bytes:
    """With this block in place of the one of its label, else in front."""
    lines = _lines(crontab)
    own = _own(lines, label)
    place = own[0] if own else 0
    before, after = lines[:place], _without(lines, own)[place:]
    return b"".join([*before, _bytes(block), *after])


def take(crontab: bytes, label: str) -> bytes:
    """Without the block of this label."""
    lines = _lines(crontab)
    return b"".join(_without(lines, _own(lines, label)))


def foreign_ticks(crontab: bytes) -> list[ForeignTick]:
    """The lines outside of our blocks that call a tick of jobconsole."""
    lines = _lines(crontab)
    own = {number for label in labels(crontab) for number in _own(lines, label)}
    others = [_text(line).strip() for line in _without(lines, own)]
    return [
        ForeignTick(line, _config_of(line))
        for line in others
        if not line.startswith("#") and _TICK.search(line)
    ]


def _own(lines: Sequence[bytes], label: str) -> list[int]:
    """The numbers of the lines that belong to a label, in their order."""
    return sorted(set(_claimed(lines, label)))


def _claimed(lines: Sequence[bytes], label: str) -> Iterator[int]:
    """As `_own`, some of them twice.

    Of a block that is never ended only the first call is ours: a copy that somebody
    keeps further below is not.
    """
    expecting = False
    for number, line in enumerate(lines):
        marker = _marker(line)
        if marker is None:
            if expecting and _call(line):
                yield number
                expecting = False
        elif marker.label != label:
            expecting = False
        else:
            yield number
            expecting = marker.edge is _Edge.BEGIN
            if not expecting and number and _call(lines[number - 1]):
                yield number - 1


def _marker(line: bytes) -> _Marker | None:
    text = _text(line)
    if match := _BEGIN.fullmatch(text):
        return _Marker(_Edge.BEGIN, match[1], match[2])
    if match := _END.fullmatch(text):
        return _Marker(_Edge.END, match[1], "")
    return None


def _call(line: bytes) -> Call | None:
    return read_line(_text(line))


def _without(lines: Sequence[bytes], numbers: Sequence[int] | set[int]) -> list[bytes]:
    left_out = set(numbers)
    return [line for number, line in enumerate(lines) if number not in left_out]


def _lines(crontab: bytes) -> list[bytes]:
    """With their ends; only a newline ends a line."""
    return io.BytesIO(crontab).readlines()


def _config_of(line: str) -> str | None:
    try:
        words = shlex.split(unescaped(line))
    except ValueError:  # a quote that is never closed
        words = line.split()
    given = [word.partition("=")[2] for word in words if word.startswith("--config=")]
    return given[0] if given else config_in(tuple(words))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
