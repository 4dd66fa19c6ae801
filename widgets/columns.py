"""Columns of a table and where they go: their widths never depend on the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = 1
"""Blanks between two columns."""


class Column(NamedTuple):
    """A column as it is wanted."""

    key: str
    title: str
    width: int
    """In cells; the least, for one that has a share of what is left."""
    flex: int = 0
    """Its share of what is left; 0 keeps the width."""
    right: bool = False
    priority: int = 0
    """Where there is too little room, the highest number is dropped first."""


class Placed(NamedTuple):
    """A column that is shown: `at` its place among all, `start` and `width` in cells."""

    at: int
    column: Column
    start: int
    width: int


def place(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """The columns that `width` cells have room for; always at least one."""
    shown = list(enumerate(columns))
    while len(shown) > 1 and _needed(shown) > width:
        shown.remove(max(shown, key=lambda it: (it[1].priority, it[0])))
    spare = max(width - _needed(shown), 0)
    shares = sum(column.flex for _, column in shown)
    placed = []
    start = 0
    for index, column in shown:
        extra = spare * column.flex // shares if column.flex else 0
        spare, shares = spare - extra, shares - column.flex
        room = min(column.width + extra, max(width - start, 0))
        placed.append(Placed(index, column, start, room))
        start += room + GAP
    return tuple(placed)


def _needed(shown: list[tuple[int, Column]]) -> int:
    return sum(column.width + GAP for _, column in shown) - GAP
