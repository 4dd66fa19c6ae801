"""A service as a property list of launchd, and back.

What the keys do is told by launchd.plist(5).
"""

from __future__ import annotations

import contextlib
import plistlib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers.expat import ExpatError

from launchd.service import Kind, Service
from runner.model.errors import DriverUnfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Value = str | int | list[str] | dict[str, str]

LEAST_SECONDS = 10
"""launchd starts nothing twice within so long (ThrottleInterval)."""

_UMASK = 0o077
_INTERACTIVE = "Interactive"


class Session(StrEnum):
    """The session type that an agent is limited to.

    One only: with both, launchd would load it twice where both sessions are. And each
    domain refuses an agent that is not for its own session.
    """

    AQUA = "Aqua"  # the domain gui/UID; what launchd takes where none is named
    BACKGROUND = "Background"  # the domain user/UID, which is there over ssh too


def text_of(service: Service, session: Session = Session.AQUA) -> str:
    """The definition as XML. Raises DriverUnfitError where XML or launchd cannot."""
    if service.kind is Kind.TICK and service.every < LEAST_SECONDS:
        message = f"launchd calls nothing more often than every {LEAST_SECONDS} s"
        raise DriverUnfitError(message, hint="Ask for more, or use `--resident`.")
    wanted = keys_of(service, session)
    if wrong := problems(wanted):
        message = f"launchd would not take it: {'; '.join(wrong)}"
        raise DriverUnfitError(message)
    with contextlib.suppress(ValueError):  # control characters; bytes that are no text
        text = _written(wanted)
        if parsed(text.encode()) == wanted:
            return text
    message = "a path or variable holds a character that a property list cannot"
    hint = "Rename what has control characters, or bytes that are no UTF-8."
    raise DriverUnfitError(message, hint=hint)


def canonical(content: bytes) -> str:
    """The same definition in one way of writing it; as it is where there is none."""
    with contextlib.suppress(ValueError, TypeError):  # it holds what XML cannot
        if keys := parsed(content):
            return _written(keys)
    return content.decode("utf-8", "replace")


def parsed(content: bytes) -> dict[str, object] | None:
    """The keys of a property list, XML or binary; None where it is none."""
    try:
        found: object = plistlib.loads(content)
    except (ValueError, ExpatError, LookupError, AttributeError, OverflowError):
        return None  # each is raised for some kind of damage
    if not isinstance(found, dict):
        return None
    return {str(key): value for key, value in found.items()}


def keys_of(service: Service, session: Session) -> dict[str, Value]:
    """The property list; every value that launchd would choose itself is left out."""
    log = str(service.log)
    return {
        "Label": service.label,
        "ProgramArguments": list(service.argv),
        "EnvironmentVariables": dict(service.environment),
        "StandardOutPath": log,
        "StandardErrorPath": log,
        "Umask": _UMASK,
        "LimitLoadToSessionType": str(session),
        # Workers inherit what launchd gives a tick. Unset and Standard are the same:
        # its processor time and disk are throttled; Adaptive begins as Background,
        # which is worse. Interactive has the limits of an app: none.
        "ProcessType": _INTERACTIVE,
        # Timers are not put off to fire together with others: a worker that waits
        # for 06:00 is to wake at 06:00. Heeded for Interactive only.
        "LegacyTimers": True,
        # Workers are in sessions of their own and escape already; what a tick has
        # just started, and is not yet there, does not.
        "AbandonProcessGroup": True,
        "RunAtLoad": True,  # the first tick comes at once
        **_calling(service),
    }


def _calling(service: Service) -> dict[str, Value]:
    match service.kind:
        case Kind.TICK:
            return {"StartInterval": service.every}
        case Kind.RESIDENT:
            return {"KeepAlive": True, "ThrottleInterval": LEAST_SECONDS}
        case Kind.PROBE:
            return {}


def service_of(keys: Mapping[str, object]) -> Service | None:
    """What the definition says, None where that is not what a service can be.

    Keys that tell nothing of a service may be as they are. The title is not told.
    """
    if _wrong(keys, _TELLING):
        return None
    every = keys.get("StartInterval")
    interval = every if isinstance(every, int) else 0
    kind = Kind.TICK if interval else Kind.PROBE
    return Service(
        label=str(keys["Label"]),
        title="",
        argv=tuple(_strings(keys["ProgramArguments"])),
        environment=_pairs(keys.get("EnvironmentVariables")),
        log=Path(str(keys.get("StandardOutPath", "/dev/null"))),
        kind=Kind.RESIDENT if keys.get("KeepAlive") else kind,
        every=interval,
    )


def problems(keys: Mapping[str, object]) -> list[str]:
    """Everything that is wrong with a definition of ours, each in a few words."""
    unknown = [f"{key} is no key of ours" for key in sorted(keys.keys() - _FORM.keys())]
    late = [] if keys.get("RunAtLoad") else ["RunAtLoad is not set: it would come late"]
    return [*_wrong(keys, _FORM), *unknown, *late]


def _wrong(keys: Mapping[str, object], looked_at: Iterable[str]) -> list[str]:
    missing = [f"{key} is missing" for key in _NEEDED if key not in keys]
    ill = [
        f"{key} is not {_FORM[key].name}"
        for key in looked_at
        if key in keys and not _FORM[key].holds(keys[key])
    ]
    if keys.get("KeepAlive") and "StartInterval" in keys:
        ill.append("KeepAlive and StartInterval exclude each other")
    return missing + ill


def _written(keys: Mapping[str, object]) -> str:
    return plistlib.dumps(dict(keys)).decode()


def _strings(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _pairs(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): str(each) for name, each in value.items()}


def _is_path(value: object) -> bool:
    """No `~` is expanded, and everything starts in /."""
    return isinstance(value, str) and value.startswith("/")


def _is_call(value: object) -> bool:
    words = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return words and _is_path(next(iter(_strings(value)), None))


def _is_environment(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and isinstance(each, str) for name, each in value.items()
    )


def _is_number(value: object, least: int, most: int) -> bool:
    """A switch is no number, though Python counts it as one."""
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return least <= value <= most


class _Form(NamedTuple):
    name: str
    holds: Callable[[object], bool]


_PATH = _Form("an absolute path", _is_path)
_SWITCH = _Form("true or false", lambda value: isinstance(value, bool))
_COUNT = _Form("a whole number above 0", lambda value: _is_number(value, 1, 2**31))

_FORM: Mapping[str, _Form] = {
    "Label": _Form("a text", lambda value: isinstance(value, str) and value != ""),
    "ProgramArguments": _Form("a list that begins with an absolute path", _is_call),
    "EnvironmentVariables": _Form("texts by name", _is_environment),
    "StandardOutPath": _PATH,
    "StandardErrorPath": _PATH,
    "Umask": _Form("a mode as a number", lambda value: _is_number(value, 0, 0o777)),
    "LimitLoadToSessionType": _Form("one session", lambda value: value in [*Session]),
    "ProcessType": _Form(_INTERACTIVE, lambda value: value == _INTERACTIVE),
    "LegacyTimers": _SWITCH,
    "AbandonProcessGroup": _SWITCH,
    "RunAtLoad": _SWITCH,
    "KeepAlive": _SWITCH,
    "StartInterval": _COUNT,
    "ThrottleInterval": _COUNT,
}
_NEEDED = ("Label", "ProgramArguments")
_TELLING = (
    *(*_NEEDED, "EnvironmentVariables", "StandardOutPath"),
    *("RunAtLoad", "KeepAlive", "StartInterval"),
)
"""What a service is read back from."""
