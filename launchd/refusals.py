"""What launchctl means by its exit codes, and what to do.

Reported by others, not recorded here. The words are those of `launchctl error CODE`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import DriverRefusedError, DriverUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.process.brief import Brief

FOR_NOW = frozenset({5, 17, 36, 37, 119})
"""Of `bootstrap`: what may pass while a label drains, or once it is enabled."""

GOING = frozenset({0, 3, 5, 36, 37, 113})
"""Of `bootout`: it goes, or it was not there."""

NO_SESSION = frozenset({112, 125, 134})
"""Of `bootstrap`: the domain is not there, or not for this kind of agent."""


class Refusal(NamedTuple):
    """`hint` may name {domain}, {label} and {path}."""

    what: str
    hint: str


class Subject(NamedTuple):
    """What launchctl was asked about."""

    domain: str
    label: str
    path: str


_AGAIN = "Do it again in a few seconds."
_LOG_IN = (
    "Log in at the Mac's own screen and do it again; `launchctl print {domain}` shows "
    "whether the session is there. Or use `jobconsole up`."
)
_LOGIN_ITEMS = "System Settings > General > Login Items"
_CRON = "Use `--backend cron`, or `jobconsole up`."

REFUSALS: Mapping[int, Refusal] = {
    1: Refusal(
        "operation not permitted",
        "Do it as the user whose agent it is, without sudo, in a terminal of theirs.",
    ),
    3: Refusal("it is not loaded", "`jobconsole install` loads it."),
    5: Refusal(
        "input/output error, which stands for several things",
        "Do it again in a few seconds, as launchd may still be letting go of it. If it "
        f"stays so: see that it is allowed under {_LOGIN_ITEMS}, that nobody but you "
        "can write {path}, and that you are logged in at the Mac's own screen.",
    ),
    17: Refusal("it is loaded already", _AGAIN),
    36: Refusal("launchd is still busy with it", _AGAIN),
    37: Refusal("launchd is already doing that", _AGAIN),
    64: Refusal("this launchctl does not know such a call", f"Update macOS. {_CRON}"),
    78: Refusal(
        "launchd could not set it up",
        "See that the program and the log's folder named in {path} are there and yours.",
    ),
    109: Refusal("the definition cannot be read", "`plutil -lint {path}` tells why."),
    111: Refusal("the program is missing", "See ProgramArguments in {path}."),
    112: Refusal("there is no such session", _LOG_IN),
    113: Refusal("launchd does not know it", "`jobconsole install` loads it."),
    119: Refusal(
        "it is switched off",
        f"Allow it under {_LOGIN_ITEMS}, or: launchctl enable {{domain}}/{{label}}",
    ),
    122: Refusal(
        "somebody else could write the definition",
        "It must be yours and 0644, and its folder yours: {path}",
    ),
    124: Refusal("the session is ending", "Do it again after the next login."),
    125: Refusal("there is no such session to load it into", _LOG_IN),
    127: Refusal("launchctl could not be started", "See that /bin is in PATH."),
    134: Refusal("it may not be loaded into this kind of session", _LOG_IN),
}

_UNANSWERED = Refusal(
    "it did not answer", "Do it again; log out and in if it stays so."
)
_UNKNOWN = Refusal("it refused", "`launchctl error {code}` may tell more.")
_UNAVAILABLE = NO_SESSION | {124, 127}


def refusal(
    answer: Brief, verb: str, subject: Subject
) -> DriverRefusedError | DriverUnavailableError:
    """The error for an answer: what launchctl said, and what to do."""
    code = answer.exit_code
    known = _UNANSWERED if code is None else REFUSALS.get(code, _UNKNOWN)
    lines = answer.output.strip().splitlines()
    said = f" ({lines[0].strip()})" if lines else ""
    told = "" if code is None else f" answered {code}"
    message = f"launchctl {verb} of {subject.label}{told}: {known.what}{said}"
    kind = DriverUnavailableError if code in _UNAVAILABLE else DriverRefusedError
    return kind(message, hint=known.hint.format(code=code, **subject._asdict()))
