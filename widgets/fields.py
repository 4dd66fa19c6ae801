"""Names and their values, one under the other, wrapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from runner.model.text import sanitise
from widgets.lines import Lines
from widgets.pieces import Piece, Pieces, clean, clean_pieces, cut, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

_NARROW = 60
"""Below so many cells, what is drawn needs the room in front of it too."""

_LONGEST = 8_192
"""Characters of a value that are shown: whole texts have pages of their own."""


class Fields(Lines):
    """Fields without a value are left out; one without a name continues the last.

    Values are foreign text, whose newlines are kept, or pieces.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._fields: tuple[tuple[str, str | Pieces], ...] = ()

    def show_fields(self, fields: Iterable[tuple[str, str | Pieces]]) -> None:
        self._fields = tuple(
            (clean(name), _clean_value(value)) for name, value in fields if value
        )
        self.update()

    def laid_out(self, width: int) -> list[Pieces]:
        longest = max((cell_len(name) for name, _ in self._fields), default=0)
        column = min(longest, width // 3)
        lines: list[Pieces] = []
        for name, value in self._fields:
            if width < _NARROW and not name and not isinstance(value, str):
                lines.append((Piece(" "), *value))
                continue
            label = cut(name, column, "…" if not self.ascii else "~")
            blank = " " * (column - cell_len(label) + 2)
            for line in _wrapped(name, value, max(width - column - 2, 2)):
                lines.append((Piece(label + blank, "faint"), *line))
                label, blank = "", " " * (column + 2)
        return lines


def _clean_value(value: str | Pieces) -> str | Pieces:
    if not isinstance(value, str):
        return clean_pieces(value)
    shown = sanitise(value[:_LONGEST]).expandtabs(4)
    return shown if len(value) <= _LONGEST else f"{shown} ... (cut)"


def _wrapped(name: str, value: str | Pieces, width: int) -> list[Pieces]:
    """Pieces that continue a value are drawn, such as a tree: they are cut instead."""
    if isinstance(value, str):
        return [(Piece(line.plain.rstrip()),) for line in Content(value).wrap(width)]
    return wrap(value, width) if name else [value]
