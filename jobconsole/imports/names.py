"""What a command is called, and ids made of such names."""

from __future__ import annotations

import contextlib
import re
import shlex
from typing import TYPE_CHECKING

from runner.config.names import MAX_LENGTH, job_id_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_OPERATORS = "();<>|&\n"
_REDIRECTION = re.compile(r"[<>][&|]?$")
_GROUPING = frozenset({"!", "{", "}"})
_ASSIGNMENT = re.compile(r"\w+=.*", re.DOTALL)
_PROGRAM_FILE = re.compile(r"\.(sh|bash|zsh|py|pl|rb|php|js|mjs|ts)$")
_NUMBER = re.compile(r"[0-9.]+[smhd]?")
_ASIDE = re.compile(
    r"\.|:|\[\[?|cd|echo|exit|export|false|if|set|sleep|source|test|then|true|umask"
)
"""What comes before the thing itself."""

_WRAPPER = re.compile(
    "caffeinate|chronic|command|cronic|env|exec|flock|ionice|nice|nohup|setsid|sudo|"
    "systemd-cat|systemd-inhibit|time|timeout"
)
_INTERPRETER = re.compile(
    r"(ba|da|z|k|c)?sh|python[0-9.]*|perl|ruby|node|php[0-9.]*|run-parts|uv|npx"
)
_SHELL = re.compile(r"(ba|da|z|k)?sh")


def shell_name(command: str) -> str:
    """The name of what a shell command is about; `job` where none can be told."""
    names = [name for name in map(program_name, _commands(command)) if name]
    telling = (name for name in names if not _ASIDE.fullmatch(name))
    return next(telling, next(filter(str.isalpha, names), "job"))


def program_name(words: Sequence[str]) -> str:
    """The name of the program, or of the script that it interprets; it may be empty."""
    rest = [word for word in words if not _ASSIGNMENT.fullmatch(word)]
    while rest and _WRAPPER.fullmatch(_base(rest[0])):
        wrapper = _base(rest.pop(0))
        while rest and (rest[0].startswith("-") or _NUMBER.fullmatch(rest[0])):
            rest.pop(0)
        if wrapper == "flock" and len(rest) > 1:
            rest.pop(0)  # the lock's file
    if not rest:
        return ""
    program = _base(rest[0])
    if not _INTERPRETER.fullmatch(program):
        return program
    if _SHELL.fullmatch(program) and rest[1:2] and re.fullmatch("-[a-z]*c", rest[1]):
        return shell_name(" ".join(rest[2:3]))
    named = next((word for word in rest[1:] if _tells(word)), "")
    return _base(named) or program


def unique_id(name: str, taken: Collection[str]) -> str:
    """A valid id that nothing has yet."""
    plain = job_id_of(name.lower()) or "job"
    found, number = plain, 1
    while found in taken:
        number += 1
        suffix = f"-{number}"
        found = plain[: MAX_LENGTH - len(suffix)].rstrip("-_.") + suffix
    return found


def _commands(text: str) -> list[list[str]]:
    """The words of each of the commands that operators keep apart."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=_OPERATORS)
    lexer.whitespace, lexer.commenters = " \t\r", ""
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    with contextlib.suppress(ValueError):  # for a quote that is not closed
        for word in lexer:
            if word.strip(_OPERATORS) and word not in _GROUPING:
                found[-1].append(word)
            elif _REDIRECTION.search(word):
                next(lexer, "")  # where to, or from
            else:
                found.append([])
    return found


def _base(word: str) -> str:
    name = word.rstrip("/").rpartition("/")[2]
    return _PROGRAM_FILE.sub("", name)


def _tells(word: str) -> bool:
    """A lone digit is the descriptor that is redirected."""
    aside = word.startswith(("-", ">", "<")) or word in {"run", "tool"}
    return not aside and not word.isdigit()
