"""How texts of a meaning look in the console, outside tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from jobconsole.marks import Style
from widgets.pieces import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from widgets.pieces import Piece

_LOOKS: dict[str, str] = {
    Style.PLAIN: "",
    Style.STRONG: "bold",
    Style.FAINT: "$foreground-muted",
    Style.GOOD: "$text-success",
    Style.BAD: "$text-error",
    Style.BUSY: "$text-primary",
    Style.ODD: "$text-warning",
}


def content(pieces: Iterable[Piece]) -> Content:
    """One line of text, foreign or ours, for a widget that shows content."""
    return Content.assemble(
        *((clean(piece.text), _LOOKS[piece.style]) for piece in pieces)
    )


def paragraph(lines: Iterable[Iterable[Piece]]) -> Content:
    """Several such lines."""
    return Content("\n").join([content(line) for line in lines])
