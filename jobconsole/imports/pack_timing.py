"""When a job of a pack runs, and whether it does: many keys say so, in many places."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.imports.proposal import When
from runner.config.units import MAX_SECONDS, format_duration
from runner.model.errors import TriggerInvalidError
from runner.model.schedule import Cron
from runner.model.text import one_line
from runner.schedule import timetable

if TYPE_CHECKING:
    from runner.model.errors import Json

WAYS = frozenset({"schedule", "when", "trigger"})
"""The keys of maps for it; what stands there alone is a cron expression."""

_EXPRESSIONS = frozenset({"cron", "expr", "expression"})
_TIMES = _EXPRESSIONS | {"at", "every", "everyMs"}
_ZONES = frozenset({"timezone", "tz"})
_ON = frozenset({"enabled"})
_OFF = frozenset({"disabled", "paused"})
_SAYINGS = _TIMES | _ZONES | _ON | _OFF
_KINDS = frozenset({"kind", "type"})
_RECURRING = ("cron", "every", "interval", "schedule")
_UNITS = {"every": 1, "everyMs": 1000}


class UnusableError(ValueError):
    """An entry that is no job; the message says why."""


class Saying(NamedTuple):
    """A key that matters here, and its value."""

    key: str
    value: Json


class Timing(NamedTuple):
    """`when`, if anything of ours says the same; `notes` say what became otherwise."""

    when: When | None
    enabled: bool
    notes: tuple[str, ...]


def read_timing(item: Mapping[str, Json], zone: str) -> Timing:
    """Whatever leaves a doubt starts nothing by itself. Raises UnusableError."""
    sayings = _sayings(item)
    doubts = tuple(
        f"it is disabled: {_shown(saying)} is neither true nor false"
        for saying in sayings
        if saying.key in _ON | _OFF and not isinstance(saying.value, bool)
    )
    off = any(
        (key in _ON and value is False) or (key in _OFF and value is True)
        for key, value in sayings
    )
    when, notes = _schedule(sayings, zone)
    return Timing(when, not (off or doubts), (*doubts, *notes))


def unheeded(item: Mapping[str, Json]) -> list[str]:
    """The keys of the job, and of the maps for its time, that say nothing of it."""
    own = [key for key in item if key not in _SAYINGS | WAYS]
    return own + [
        f"{way}.{key}"
        for way in item
        if way in WAYS
        for key, _ in _inner(item[way])
        if key not in _SAYINGS | _KINDS
    ]


def _sayings(item: Mapping[str, Json]) -> list[Saying]:
    """Those of the job itself, then those of the maps."""
    own = [Saying(key, value) for key, value in item.items() if key in _SAYINGS]
    return own + [it for way in item if way in WAYS for it in _inner(item[way])]


def _inner(way: Json) -> list[Saying]:
    if isinstance(way, Mapping):
        return [Saying(key, value) for key, value in way.items()]
    return [Saying("expr", way)]


def _schedule(
    sayings: Sequence[Saying], zone: str
) -> tuple[When | None, tuple[str, ...]]:
    """None where two of them differ, or the kind is another. Raises UnusableError."""
    given = [it for it in sayings if it.value is not None and it.value != ""]
    times = [it for it in given if it.key in _TIMES]
    kinds = [it for it in given if it.key in _KINDS]
    if not times and not kinds:
        return None, ()
    found: set[When | None] = {None}
    if all(kind.value in _RECURRING for kind in kinds):
        named = [str(it.value) for it in given if it.key in _ZONES]
        found = {_when(time, [zone, *named][-1]) for time in times}
    if len(found) == 1 and (when := found.pop()) is not None:
        return when, ()
    said = ", ".join(map(_shown, (*times, *kinds)))
    return None, (f"not carried over: schedule: {said}",)


def _when(time: Saying, zone: str) -> When | None:
    """What it would be alone. Raises UnusableError."""
    key, value = time
    if key in _EXPRESSIONS:
        return _cron(value, zone) if isinstance(value, str) else None
    if key == "every" and isinstance(value, str):
        return When(every=value)
    if key not in _UNITS or type(value) is not int:
        return None
    length, rest = divmod(value, _UNITS[key])
    if rest or not 0 < length <= MAX_SECONDS:
        return None
    return When(every=format_duration(length))


def _cron(expression: str, zone: str) -> When:
    try:
        timetable(Cron(expression, zone))
    except TriggerInvalidError as error:
        message = f"{expression}: {error.message}"
        raise UnusableError(message) from None
    return When(cron=expression, timezone=zone)


def _shown(saying: Saying) -> str:
    """The key alone of a list or a map: it may hold a secret."""
    key, value = saying
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return key
    return one_line(f"{key} {json.dumps(value)}")
