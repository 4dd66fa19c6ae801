"""A process and its descendants, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from widgets.pieces import Piece, Pieces, clean

if TYPE_CHECKING:
    from collections.abc import Sequence


class ProcessRow(NamedTuple):
    """One process; `depth` 0 is a root, and children follow their parent."""

    depth: int
    pid: int
    command: str
    cpu: str
    memory: str


_DEEPEST = 16
"""Deeper ones are drawn at this depth: there must be room for their names."""


def process_tree(rows: Sequence[ProcessRow], *, unicode: bool) -> list[Pieces]:
    """`4121  41%  212MiB  └─ python -m job`."""
    pid = max((len(str(row.pid)) for row in rows), default=0)
    cpu = max((len(row.cpu) for row in rows), default=0)
    memory = max((len(row.memory) for row in rows), default=0)
    return [
        (
            Piece(f"{row.pid:>{pid}}", "strong"),
            Piece(f"  {row.cpu:>{cpu}}  {row.memory:>{memory}}  "),
            Piece(branch, "faint"),
            Piece(clean(row.command)),
        )
        for row, branch in zip(rows, _branches(rows, unicode=unicode), strict=True)
    ]


def _branches(rows: Sequence[ProcessRow], *, unicode: bool) -> list[str]:
    """What is drawn before each command; from below, to know who has a sibling."""
    last, middle, beside = ("└─ ", "├─ ", "│  ") if unicode else ("`- ", "|- ", "|  ")
    going_on: set[int] = set()
    branches = []
    for row in reversed(rows):
        depth = min(row.depth, _DEEPEST)
        lines = "".join(beside if at in going_on else "   " for at in range(1, depth))
        own = "" if depth == 0 else middle if depth in going_on else last
        branches.append(lines + own)
        going_on = {at for at in going_on if at < depth} | {depth}
    return branches[::-1]
