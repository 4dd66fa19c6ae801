"""Keeps variables' secrets out of a shared configuration; warns of commands' secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from runner.config.values import VARIABLE
from runner.model.text import is_text
from runner.process.environment import looks_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAME = re.compile(VARIABLE, re.ASCII)
_ASSIGNED = re.compile(
    rf"(?P<before>^|[\s;({{])(?P<name>{VARIABLE})="
    r"""(?P<value>'[^']*'|"[^"$`]*"|[^\s;&|()<>'"$`]+)(?=$|[\s;&|)])"""
)
_OPTION = re.compile(r"--?(?P<name>[A-Za-z][\w-]*)(?:[= ])\S")
_PLAIN = r"""['"]?[^\s$'"]"""
"""How a value begins that is no variable's."""

_IN_PLACE = re.compile(
    r"://[^/\s:@]*:[^/\s@]+@|Bearer\s+\S|Basic\s+\S"
    rf"|\bcurl\b[^|;&\n]*\s(-\w*u|--user)[= ]?\S+?:{_PLAIN}"
    rf"|\b(mysql|mariadb)[^|;&\n]*\s-p{_PLAIN}|\bsshpass\s+-p\s*{_PLAIN}"
)
"""Where addresses, headers and some programs have their secrets."""


class Variables(NamedTuple):
    """Variables as a job says them, and what is to be known about them."""

    env: dict[str, str]
    env_pass: tuple[str, ...]
    notes: tuple[str, ...]


def variables(given: Mapping[str, str]) -> Variables:
    """Secrets by their names only (`note_of` tells); nor what means something else here."""
    env: dict[str, str] = {}
    passed: list[str] = []
    notes: list[str] = []
    for name, value in given.items():
        if not _NAME.fullmatch(name):
            notes.append(f"not carried over: {name!a} is no name of a variable here")
        elif looks_secret(name) or _IN_PLACE.search(value):
            passed.append(name)
        elif "${" in value:
            notes.append(f"not carried over: {name}, as ${{…}} would be replaced here")
        elif "\0" in value or not is_text(value):
            notes.append(f"not carried over: {name}, which is not text")
        else:
            env[name] = value
    return Variables(env, tuple(passed), tuple(notes))


def note_of(names: Sequence[str]) -> tuple[str, ...]:
    """Where the values of secrets are to come from, if there are any."""
    if not names:
        return ()
    which, value = ("its", "value is") if len(names) == 1 else ("their", "values are")
    said = f"{', '.join(names)} may be secret: {which} {value} not written here; "
    return (f"{said}keep {'it' if len(names) == 1 else 'them'} in an env_file",)


class Command(NamedTuple):
    """A shell command that takes secrets from variables, whose names these are."""

    text: str
    names: tuple[str, ...]


def without_secrets(command: str) -> Command:
    """`API_KEY=abc make` as `API_KEY="$API_KEY" make`."""
    names: list[str] = []

    def hide(match: re.Match[str]) -> str:
        name = match["name"]
        if not looks_secret(name):
            return match[0]
        names.append(name)
        return f'{match["before"]}{name}="${name}"'

    return Command(_ASSIGNED.sub(hide, command), tuple(dict.fromkeys(names)))


def suspicion(command: str | Sequence[str]) -> tuple[str, ...]:
    """A note where a secret seems to be among the words of a command."""
    text = command if isinstance(command, str) else " ".join(command)
    named = (match["name"].replace("-", "_") for match in _OPTION.finditer(text))
    plain = not isinstance(command, str) and without_secrets(text).names
    if plain or _IN_PLACE.search(text) or any(map(looks_secret, named)):
        return ("the command seems to hold a secret: have it read from a variable",)
    return ()
