"""What of a table has been seen: the cells of rows, and the lines painted of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from widgets.pieces import Piece, Pieces, as_pieces, clean_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.strip import Strip

    from widgets.painting import RowState

T = TypeVar("T")

_KEPT = 500
"""Rows that are remembered: some screens full."""


@dataclass(slots=True)
class SeenRow(Generic[T]):
    """A row as it was last seen; its cells are clean."""

    item: T
    cells: tuple[Pieces, ...]
    painted: dict[RowState, Strip] = field(default_factory=dict)


class Seen(Generic[T]):
    """Remembers rows by place, so that only what has changed is made again."""

    def __init__(self, cells_of: Callable[[T], Sequence[Piece | Pieces]]) -> None:
        self._cells_of = cells_of
        self._rows: dict[int, SeenRow[T]] = {}

    def row(self, at: int, item: T) -> SeenRow[T]:
        """The row at this place, asked for its cells if need be."""
        if at not in self._rows:
            if len(self._rows) >= _KEPT:
                self._rows.clear()
            self._rows[at] = SeenRow(item, self._cells(item))
        return self._rows[at]

    def keep(self, items: Sequence[T], in_view: Iterable[int]) -> list[int]:
        """Forgets the rows that are others now; where those in view are."""
        gone = {
            at
            for at, row in self._rows.items()
            if at >= len(items) or row.item is not items[at]
        }
        for at in gone:
            del self._rows[at]
        return [at for at in in_view if at not in self._rows]

    def ask_again(self, in_view: Iterable[int]) -> list[int]:
        """Asks for the cells of rows that are seen; where they have changed."""
        changed = []
        for at in in_view:
            if at in self._rows:
                item = self._rows[at].item
                if (cells := self._cells(item)) != self._rows[at].cells:
                    self._rows[at] = SeenRow(item, cells)
                    changed.append(at)
        return changed

    def forget_looks(self) -> None:
        for row in self._rows.values():
            row.painted.clear()

    def _cells(self, item: T) -> tuple[Pieces, ...]:
        return tuple(clean_pieces(as_pieces(cell)) for cell in self._cells_of(item))
