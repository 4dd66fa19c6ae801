"""A table of a Markdown text: aligned columns that share the width."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from widgets.markdown_bodies import wrapped
from widgets.pieces import Piece, Pieces, fit, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GAP = 2
"""Blanks between columns."""

_NARROWEST = 4
"""Cells of a column in which a text can still be read."""


class Table(NamedTuple):
    """Clean cells; the first row is the header. `right` says how columns are aligned."""

    rows: tuple[tuple[Pieces, ...], ...]
    right: tuple[bool, ...]
    rule: str

    def lines(self, width: int) -> Iterable[Pieces]:
        natural = [
            max(map(width_of, column)) for column in zip(*self.rows, strict=True)
        ]
        room = width - GAP * (len(natural) - 1)
        if room < _NARROWEST * len(natural):
            yield from self._listed(width)
            return
        widths = shares(natural, room)
        header, *rest = self.rows
        yield from self._row(header, widths)
        yield _spaced([(Piece(self.rule * it, "faint"),) for it in widths])
        for row in rest:
            yield from self._row(row, widths)

    def _row(self, row: Sequence[Pieces], widths: Sequence[int]) -> Iterable[Pieces]:
        cells = [wrapped(*it) for it in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=()):
            yield _spaced(
                fit(part, width, sign="", right=right)
                for part, width, right in zip(parts, widths, self.right, strict=True)
            )

    def _listed(self, width: int) -> Iterable[Pieces]:
        """Without columns, for which there is no room."""
        for row in self.rows:
            cells = [(*cell, Piece(" | ", "faint")) for cell in row]
            line = tuple(piece for cell in cells for piece in cell)[:-1]
            yield from wrapped(line, width)


def shares(natural: Sequence[int], room: int) -> list[int]:
    """Widths that fit into the room: the widest columns give way, equally."""
    widest, left = room, room
    for at, width in enumerate(sorted(natural)):
        widest = left // (len(natural) - at)
        if width > widest:
            break
        left -= width
    else:
        return list(natural)
    return [min(width, widest) for width in natural]


def _spaced(cells: Iterable[Pieces]) -> Pieces:
    pieces = [piece for cell in cells for piece in (*cell, Piece(" " * GAP))]
    return tuple(pieces[:-1])
