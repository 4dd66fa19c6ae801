"""Unit files of systemd, with their drop-ins: sections of keys that may be repeated."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from runner.model.errors import ImportInvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SECTION = re.compile(r"\[([^\[\]]+)\]")
_MOST_BYTES = 1024 * 1024
_YES = frozenset({"1", "yes", "y", "true", "t", "on"})


class Setting(msgspec.Struct, frozen=True):
    """One assignment. `line` counts from 1, in the file that says it."""

    section: str
    key: str
    value: str
    line: int


class Unit(msgspec.Struct, frozen=True):
    """All settings of a unit, those of drop-ins last."""

    name: str
    path: Path
    settings: tuple[Setting, ...]

    def all(self, section: str, key: str) -> list[str]:
        """The values of a key that makes a list; an empty one begins it anew."""
        values: list[str] = []
        for setting in self.settings:
            if (setting.section, setting.key) == (section, key):
                values = [*values, setting.value] if setting.value else []
        return values

    def last(self, section: str, key: str) -> str:
        """The value that holds; empty where there is none."""
        return ["", *self.all(section, key)][-1]

    def is_true(self, section: str, key: str) -> bool:
        return self.last(section, key).lower() in _YES

    def keys(self, section: str) -> list[str]:
        """The keys that say something, in their order."""
        named = [it.key for it in self.settings if it.section == section]
        return [key for key in dict.fromkeys(named) if self.last(section, key)]

    def line_of(self, section: str, key: str) -> int:
        lines = (
            it.line
            for it in self.settings
            if (it.section, it.key) == (section, key) and it.value
        )
        return next(lines, 1)


def read_unit(path: Path, name: str, folders: Sequence[Path]) -> Unit:
    """A unit and its drop-ins in any of the folders. Raises ImportInvalidError.

    `name` is that of the unit, which may be made of a template: the file's then.
    """
    settings = list(_settings(path))
    drop_ins: dict[str, Path] = {}
    for folder in reversed(_drop_in_folders(name, [path.parent, *folders])):
        drop_ins |= {it.name: it for it in folder.glob("*.conf")}
    for file in sorted(drop_ins):
        settings += _settings(drop_ins[file])
    return Unit(name, path, tuple(settings))


def _drop_in_folders(name: str, folders: Sequence[Path]) -> list[Path]:
    """What is first wins: for `a-b@x.service`, `a-@.service.d` is one of them."""
    stem, _, kind = name.rpartition(".")
    prefix, at, instance = stem.partition("@")
    dashes = [match.end() for match in re.finditer("-", prefix)]
    named = [
        f"{prefix[:end]}{ending}.{kind}.d"
        for ending in dict.fromkeys((at + instance, at))
        for end in (len(prefix), *reversed(dashes))
    ]
    own = [folder / one for folder in folders for one in named]
    return own + [folder / f"{kind}.d" for folder in folders]


def _settings(path: Path) -> Iterator[Setting]:
    section = ""
    for number, line in _lines(_text(path)):
        if heading := _SECTION.fullmatch(line):
            section = heading[1]
            continue
        key, separator, value = line.partition("=")
        if not separator or not section:
            message = f"{path}:{number}: it is neither a section nor a key"
            raise ImportInvalidError(message)
        yield Setting(section, key.strip(), value.strip(), number)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES or b"\0" in content:
            message = f"{path}:1: it is no unit file"
            raise ImportInvalidError(message)
        return content.decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"{path}:{line}: it is not text in UTF-8"
        raise ImportInvalidError(message) from None
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise ImportInvalidError(message) from None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with what continues them; comments may stand between."""
    pending, start = "", 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if line.startswith(("#", ";")) or (not line and not pending):
            continue
        start = start or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        if pending + line:
            yield start, pending + line
        pending, start = "", 0
    if pending:
        yield start, pending
