"""Text in styles by meaning: what pure functions return and what widgets paint."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from runner.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

STYLES = ("plain", "strong", "faint", "good", "bad", "busy", "odd")
"""What a text may mean. A style never carries that alone: the text says it too."""

_LONGEST = 4096
"""No line of a terminal is longer; what is behind it need not be looked at."""


class Piece(NamedTuple):
    """A text in one style."""

    text: str
    style: str = "plain"


Pieces = tuple[Piece, ...]


def as_pieces(cell: Piece | Pieces) -> Pieces:
    return (cell,) if isinstance(cell, Piece) else cell


def clean(text: str) -> str:
    """Foreign text as one line that is safe to paint.

    Printable text is left as it is, with its blanks: most text is, by far.
    """
    text = text[:_LONGEST]
    return text if text.isprintable() else one_line(text)


def clean_pieces(pieces: Iterable[Piece]) -> Pieces:
    return tuple(Piece(clean(text), style) for text, style in pieces)


def width_of(pieces: Iterable[Piece]) -> int:
    """How many cells of a terminal clean pieces take."""
    return sum(cell_len(piece.text) for piece in pieces)


def cut(text: str, width: int, sign: str) -> str:
    """Clean text no wider than `width` cells, ending in `sign` if it was."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - cell_len(sign), 0)) + sign


def wrap(pieces: Pieces, width: int) -> list[Pieces]:
    """Clean pieces in lines of at most `width` cells, between words if possible."""
    text = Content.assemble(*((piece.text, piece.style) for piece in pieces))
    return [_pieces_of(line.rstrip()) for line in text.wrap(width)]


def _pieces_of(line: Content) -> Pieces:
    text = line.plain
    return tuple(
        Piece(text[span.start : span.end], str(span.style)) for span in line.spans
    )


def fit(pieces: Pieces, width: int, *, sign: str, right: bool = False) -> Pieces:
    """Clean pieces made exactly `width` cells wide, cut as `cut` does.

    What is aligned to the `right` is cut at its left.
    """
    missing = width - width_of(pieces)
    if missing >= 0:
        blank = Piece(" " * missing)
        return (blank, *pieces) if right else (*pieces, blank)
    if right:
        return _backwards(_cut(_backwards(pieces), width, sign))
    return _cut(pieces, width, sign)


def _backwards(pieces: Pieces) -> Pieces:
    return tuple(Piece(text[::-1], style) for text, style in reversed(pieces))


def _cut(pieces: Pieces, width: int, sign: str) -> Pieces:
    fitted: list[Piece] = []
    left = width
    for text, style in pieces:
        taken = cell_len(text)
        if taken >= left:
            more = sign if taken == left else ""
            fitted.append(Piece(cut(text + more, left, sign), style))
            break
        fitted.append(Piece(text, style))
        left -= taken
    return tuple(fitted)
