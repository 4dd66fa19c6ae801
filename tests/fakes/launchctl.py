"""Stands in for macOS's launchctl: `launchctl.py STATE SUBCOMMAND [ARGUMENT…]`.

REPORTED, NOT RECORDED: what it answers is put together from Apple's manual pages and
from what people reported; nobody has held it against a Mac. It is stricter than
launchd, which takes some definitions and fails only when it starts them.

STATE is a JSON file, see `tests/helpers/launchctl.py`. A label is absent, loaded or
draining; it drains for as many `print`s as `drain` says. Nothing is ever started.
"""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable

OK, NO_PROCESS, IO_ERROR, USAGE, NOT_FOUND, NO_DOMAIN, WRONG_SESSION = (
    *(0, 3, 5, 64),
    *(113, 125, 134),
)


class Answer(TypedDict):
    """What to say, so many times; `does`: it does what it was told all the same."""

    subcommand: str
    code: int
    times: int
    does: bool


class State(TypedDict):
    """`loaded` and `draining` are by target, as `gui/501/label`."""

    domains: list[str]
    loaded: dict[str, str]  # to the definition that was taken
    draining: dict[str, int]  # to the `print`s that are left
    overrides: dict[str, str]  # label to enabled or disabled
    drain: int
    old_words: bool  # print-disabled says true and false
    newest: bool  # bootout of what is not loaded is 5
    answers: list[Answer]
    calls: list[list[str]]


def main(state_path: str, *words: str) -> int:
    """Answer one call, and remember it."""
    path = Path(state_path)
    state: State = json.loads(path.read_text())
    state["calls"].append(list(words))
    code = given(state, words) if words else USAGE
    path.write_text(json.dumps(state, indent=1))
    if code:
        sys.stderr.write(f"{words[0] if words else 'Usage'} failed: {code}: reported\n")
    return code


def given(state: State, words: tuple[str, ...]) -> int:
    """The code that was asked for, or that of the subcommand."""
    for answer in state["answers"]:
        if answer["subcommand"] == words[0] and answer["times"] > 0:
            answer["times"] -= 1
            if answer["does"]:
                done(state, words)
            return answer["code"]
    return done(state, words)


def done(state: State, words: tuple[str, ...]) -> int:
    """The code of the subcommand, which is done."""
    subcommand = SUBCOMMANDS.get(words[0])
    if subcommand is None or len(words) - 1 != subcommand[1]:
        return USAGE
    return subcommand[0](state, *words[1:])


def print_(state: State, target: str) -> int:
    """A domain or a label: it is known, or not."""
    domain, label = parted(target)
    if domain not in state["domains"]:
        return NO_DOMAIN
    if not label or target in state["loaded"]:
        sys.stdout.write(f"{target} = {{\n\tno = interface\n}}\n")
        return OK
    left = state["draining"].get(target, 0)
    if left:
        state["draining"][target] = left - 1
        return OK
    return NOT_FOUND


def bootstrap(state: State, domain: str, path: str) -> int:
    """Take a definition."""
    if domain not in state["domains"]:
        return NO_DOMAIN
    keys = definition(Path(path))
    if keys is None:
        return IO_ERROR
    session = keys.get("LimitLoadToSessionType", "Aqua")
    if session != ("Aqua" if domain.startswith("gui/") else "Background"):
        return WRONG_SESSION
    label = str(keys["Label"])
    target = f"{domain}/{label}"
    there = target in state["loaded"] or state["draining"].get(target)
    if there or state["overrides"].get(label) == "disabled":
        return IO_ERROR
    state["loaded"][target] = Path(path).read_text()
    return OK


def bootout(state: State, target: str) -> int:
    """Let go of a label, which takes a while."""
    if state["loaded"].pop(target, None) is None:
        return IO_ERROR if state["newest"] else NO_PROCESS
    state["draining"][target] = state["drain"]
    return OK


def enable(state: State, target: str) -> int:
    """Remember that it may be loaded; there is no way to forget that."""
    state["overrides"][parted(target)[1]] = "enabled"
    return OK


def disable(state: State, target: str) -> int:
    """Remember that it may not be loaded, which changes nothing of what is."""
    state["overrides"][parted(target)[1]] = "disabled"
    return OK


def print_disabled(state: State, domain: str) -> int:
    """What is remembered, in the words of old or new versions."""
    if domain not in state["domains"]:
        return NO_DOMAIN
    old = {"enabled": "false", "disabled": "true"}
    sys.stdout.write("\n\tdisabled services = {\n")
    for label, word in state["overrides"].items():
        said = old[word] if state["old_words"] else word
        sys.stdout.write(f'\t\t"{label}" => {said}\n')
    sys.stdout.write("\t}\n")
    return OK


def list_(state: State) -> int:
    """What is loaded, as a table."""
    sys.stdout.write("PID\tStatus\tLabel\n-\t0\tcom.apple.made.up\n")
    for target in state["loaded"]:
        sys.stdout.write(f"-\t0\t{parted(target)[1]}\n")
    return OK


def parted(target: str) -> tuple[str, str]:
    """`gui/501/label`: the domain and the label."""
    words = target.split("/", 2)
    return "/".join(words[:2]), "".join(words[2:])


def definition(path: Path) -> dict[str, object] | None:
    """The keys, None where launchd would not have them."""
    import plistlib
    from xml.parsers.expat import ExpatError

    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        keys: dict[str, object] = plistlib.loads(path.read_bytes())
    except (OSError, ValueError, ExpatError):
        return None
    argv = keys.get("ProgramArguments")
    logs = [keys.get("StandardOutPath"), keys.get("StandardErrorPath")]
    sound = (
        not mode & (stat.S_IWGRP | stat.S_IWOTH)
        and path.is_absolute()
        and isinstance(keys.get("Label"), str)
        and isinstance(argv, list)
        and str(argv[0]).startswith("/")
        and all(log is None or Path(str(log)).parent.is_dir() for log in logs)
    )
    return keys if sound else None


SUBCOMMANDS: dict[str, tuple[Callable[..., int], int]] = {
    "print": (print_, 1),
    "bootstrap": (bootstrap, 2),
    "bootout": (bootout, 1),
    "enable": (enable, 1),
    "disable": (disable, 1),
    "print-disabled": (print_disabled, 1),
    "list": (list_, 0),
}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
