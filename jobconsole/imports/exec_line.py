"""Command lines of systemd → what a shell, or no shell at all, is to be given."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PREFIXES = "-@:+!|"
_REFERENCE = re.compile(r"\$\$|\$\{(?P<braced>\w+)\}|^\$(?P<word>\w+)$", re.ASCII)
_SPECIFIER = re.compile(r"%(.)", re.DOTALL)
_BACKSLASHED = re.compile(
    r"\\(?:x(?P<hex>[0-9a-fA-F]{2})|(?P<octal>[0-7]{3})|(?P<letter>.))", re.DOTALL
)
_PIECE = re.compile(
    r"""(?P<between>\s+)|(?P<separator>;(?=\s|\Z))"""
    r"""|(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?:[^\s"'\\;]|\\.)+|;""",
    re.DOTALL,
)
_SEPARATOR = "\0;"
"""Between two commands; no word can be the same, as none holds a NUL."""

_LETTERS = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "s": " ",
    ";": ";",
    "\\": "\\",
    '"': '"',
    "'": "'",
}
_DRAMATIC = {
    "@": "it was given another name for itself",
    "+": "it ran with full privileges",
    "!": "it ran with full privileges",
    "|": "it ran in a login shell",
}


class UnreadableLineError(ValueError):
    """A command line that means something only to systemd; the message says what."""


class ExecLine(NamedTuple):
    """One command. `forgiven`: its failure counts as none; `literal`: `$` is a `$`."""

    words: tuple[str, ...]
    forgiven: bool
    literal: bool
    notes: tuple[str, ...]


def read_exec(text: str, specifiers: Mapping[str, str]) -> list[ExecLine]:
    """The commands of one line, of which `;` makes several.

    Raises UnreadableLineError.
    """
    words = split_words(text)
    commands: list[list[str]] = [[]]
    for word in words:
        if word == _SEPARATOR:
            commands.append([])
        else:
            commands[-1].append(word)
    return [_command(command, specifiers) for command in commands if command]


def _command(words: Sequence[str], specifiers: Mapping[str, str]) -> ExecLine:
    program = words[0].lstrip(_PREFIXES)
    marks = words[0][: len(words[0]) - len(program)]
    rest = list(words[1:])
    if "@" in marks and rest:
        rest.pop(0)
    if not program:
        message = "it names no program"
        raise UnreadableLineError(message)
    expanded = tuple(expand_specifiers(word, specifiers) for word in (program, *rest))
    notes = [said for mark, said in _DRAMATIC.items() if mark in marks]
    return ExecLine(expanded, "-" in marks, ":" in marks, tuple(dict.fromkeys(notes)))


def expand_specifiers(text: str, specifiers: Mapping[str, str]) -> str:
    """Raises UnreadableLineError for what only systemd knows."""

    def value(match: re.Match[str]) -> str:
        if match[1] == "%":
            return "%"
        if match[1] not in specifiers:
            message = f"{match[0]} is known to systemd alone"
            raise UnreadableLineError(message)
        return specifiers[match[1]]

    return _SPECIFIER.sub(value, text)


def split_words(text: str) -> list[str]:
    """Words as systemd splits them: quotes, and backslashes as in C.

    Raises UnreadableLineError.
    """
    words: list[str] = []
    position, word = 0, None
    while position < len(text):
        match = _PIECE.match(text, position)
        if match is None:
            message = "it ends within a quote or behind a backslash"
            raise UnreadableLineError(message)
        if match["between"]:
            words += [] if word is None else [word]
            word = None
        elif match["separator"] and word is None:
            words.append(_SEPARATOR)
        else:
            word = (word or "") + _unescaped(_content(match))
        position = match.end()
    return words if word is None else [*words, word]


def _content(match: re.Match[str]) -> str:
    """What a piece of a word says, without its quotes."""
    return match[0][1:-1] if match["quoted"] else match[0]


def _unescaped(text: str) -> str:
    return _BACKSLASHED.sub(_meaning, text)


def _meaning(match: re.Match[str]) -> str:
    if match["letter"]:
        meaning = _LETTERS.get(match["letter"], "")
    else:
        meaning = chr(int(match["hex"] or match["octal"], 16 if match["hex"] else 8))
    if meaning in {"", "\0"}:
        message = f"{match[0]} is no escape"
        raise UnreadableLineError(message)
    return meaning


def command_of(lines: Sequence[ExecLine], folder: str = "") -> str | tuple[str, ...]:
    """One argv where that says it, else a command for a shell.

    `folder` is where they start, where that is not the project.
    """
    if len(lines) == 1 and not folder and not lines[0].forgiven:
        words = lines[0].words
        if lines[0].literal or not any(map(_REFERENCE.search, words)):
            return tuple(words)
        return shell_words(lines[0])
    texts = [
        f"{{ {shell_words(line)} || true; }}" if line.forgiven else shell_words(line)
        for line in lines
    ]
    if len(lines) == 1 and not lines[0].forgiven:
        texts = [f"exec {texts[0]}"]
    return " && ".join((*([f"cd {quoted_folder(folder)}"] if folder else []), *texts))


def shell_words(line: ExecLine) -> str:
    """The command as a shell reads it, variables replaced as systemd does it."""
    if line.literal:
        return shlex.join(line.words)
    return " ".join(map(_shell_word, line.words))


def quoted_folder(folder: str) -> str:
    return "~" if folder == "~" else shlex.quote(folder)


def _shell_word(word: str) -> str:
    whole = re.fullmatch(r"\$([A-Za-z_]\w*)", word, re.ASCII)
    if whole:
        return word  # several words, or none
    pieces: list[str] = []
    position = 0
    for match in re.finditer(r"\$\$|\$\{([A-Za-z_]\w*)\}", word):
        pieces.append(_quoted(word[position : match.start()]))
        pieces.append("'$'" if match[0] == "$$" else f'"{match[0]}"')
        position = match.end()
    pieces.append(_quoted(word[position:]))
    return "".join(pieces) or "''"


def _quoted(text: str) -> str:
    return shlex.quote(text) if text else ""
