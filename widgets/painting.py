"""How the lines of a table are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.content import Content

from widgets.columns import GAP, Column, Placed, place
from widgets.looks import paint
from widgets.pieces import Piece, Pieces, clean, cut, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from widgets.looks import Looks

GUTTER = 2
"""In front of each row: the shape of the cursor and that of a mark."""


class Shapes(NamedTuple):
    """The characters that a table draws by itself."""

    cut: str
    cursor: str
    mark: str
    ascending: str
    descending: str


UNICODE = Shapes("…", "▌", "•", "▲", "▼")
ASCII = Shapes("~", "|", "*", "^", "v")


class RowState(NamedTuple):
    """What, beside its cells, decides how a row looks."""

    cursor: bool
    marked: bool


class Painter:
    """Draws the header, the rows and the message of a table `width` cells wide."""

    def __init__(self, columns: Sequence[Column], looks: Looks) -> None:
        self._columns = tuple(columns)
        self._looks = looks
        self._placed: tuple[Placed, ...] = ()
        self.width = -1
        self.shapes = UNICODE

    def resize(self, width: int) -> None:
        self.width = width
        self._placed = place(self._columns, width - GUTTER)

    def column_at(self, x: int) -> str | None:
        """The key of the column whose title is there."""
        for _, column, start, width in self._placed:
            if 0 <= x - GUTTER - start < width:
                return column.key
        return None

    def header(self, sorted_by: tuple[str, bool] | None) -> Strip:
        """The titles, with an arrow at the one that the rows are sorted by."""
        line = [Piece(" " * GUTTER)]
        for _, column, _, width in self._placed:
            arrow = ""
            if sorted_by is not None and sorted_by[0] == column.key:
                arrow = (
                    self.shapes.descending if sorted_by[1] else self.shapes.ascending
                )
            # The arrow stays when a long title does not.
            title = cut(clean(column.title), width - cell_len(arrow), self.shapes.cut)
            line += self._fit((Piece(title + arrow),), column, width)
        return paint(line, self.width, self._looks.only("header"))

    def row(self, cells: Sequence[Pieces], state: RowState, *, focused: bool) -> Strip:
        """The gutter and the clean cells of a row, each in its column."""
        cursor = self.shapes.cursor if state.cursor else " "
        mark = self.shapes.mark if state.marked else " "
        line = [Piece(cursor + mark)]
        for at, column, _, width in self._placed:
            line += self._fit(cells[at], column, width)
        # Under the cursor of a table in use, shapes alone tell styles apart.
        if state.cursor and focused:
            return paint(line, self.width, self._looks.only("cursor"))
        grounds = (("marked", state.marked), ("cursor", state.cursor))
        on = (name for name, applies in grounds if applies)
        return paint(line, self.width, self._looks.on(on))

    def message(self, text: str, y: int, height: int) -> Strip:
        """Line `y` of a plain text in the middle of an empty table."""
        lines = Content(text).wrap(max(self.width - 2 * GUTTER, 2))
        at = y - max(height - len(lines), 0) // 2
        text = lines[at].plain.strip() if 0 <= at < len(lines) else ""
        blank = max(self.width - cell_len(text), 0) // 2
        return paint([Piece(" " * blank + text)], self.width, self._looks.only("empty"))

    def _fit(self, cell: Pieces, column: Column, width: int) -> Pieces:
        fitted = fit(cell, width, sign=self.shapes.cut, right=column.right)
        return (*fitted, Piece(" " * GAP))
