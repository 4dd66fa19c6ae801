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


def read_unit(path: Path, folders: Sequence[Path]) -> Unit:
    """A unit and its drop-ins in any of the folders. Raises ImportInvalidError."""
    settings = list(_settings(path))
    drop_ins: dict[str, Path] = {}
    for folder in reversed([path.parent, *folders]):
        drop_ins |= {it.name: it for it in folder.glob(f"{path.name}.d/*.conf")}
    for name in sorted(drop_ins):
        settings += _settings(drop_ins[name])
    return Unit(path.name, path, tuple(settings))


def _settings(path: Path) -> Iterator[Setting]:
    section = ""
    for number, line in _lines(_text(path)):
        if heading := _SECTION.fullmatch(line):
            section = heading[1]
            continue
        key, separator, value = line.partition("=")
        if not separator or not section:
            message = f"{path}:{number}: {line[:60]!r} is neither a section nor a key"
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
