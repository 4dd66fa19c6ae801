"""The blocks of a Markdown text, each of which lays itself out for a width."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from rich.cells import cell_len, chop_cells

from widgets.pieces import Piece, Pieces, fit, width_of, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 4096
"""Characters of a piece: marks can be piled up on one cell without end."""

_NARROWEST = 4
"""Cells for a bar, a blank and a character, which may take two of them."""


class Shapes(NamedTuple):
    """What is drawn beside the text."""

    bullet: str
    bar: str
    rule: str
    double_rule: str


UNICODE = Shapes("•", "│", "─", "═")
ASCII = Shapes("-", "|", "-", "=")


class Body(Protocol):
    """What stands in a block, apart from what it is nested in."""

    def lines(self, width: int) -> Iterable[Pieces]:
        """At least one; `width` is 2 or more cells."""


class Blank(NamedTuple):
    """Keeps two blocks apart."""

    def lines(self, width: int) -> Iterable[Pieces]:  # noqa: ARG002
        return [()]


class Rule(NamedTuple):
    """A line from side to side."""

    shape: str

    def lines(self, width: int) -> Iterable[Pieces]:
        return [(Piece(self.shape * width, "faint"),)]


class Paragraph(NamedTuple):
    """Clean text, wrapped; only hard breaks keep lines apart."""

    parts: tuple[Pieces, ...]

    def lines(self, width: int) -> Iterable[Pieces]:
        for part in self.parts:
            yield from wrapped(part, width)


class Heading(NamedTuple):
    """Underlined if it has a shape for that: the first two levels."""

    parts: tuple[Pieces, ...]
    shape: str

    def lines(self, width: int) -> Iterable[Pieces]:
        lines = list(Paragraph(self.parts).lines(width))
        yield from lines
        if self.shape:
            longest = min(max(map(width_of, lines)), width)
            yield (Piece(self.shape * longest, "faint"),)


class Verbatim(NamedTuple):
    """Clean lines as they were written, broken where they are too wide."""

    text: tuple[str, ...]
    style: str = "plain"
    bar: str = ""

    def lines(self, width: int) -> Iterable[Pieces]:
        has_bar = self.bar and width >= _NARROWEST
        bar = (Piece(f"{self.bar} ", "faint"),) if has_bar else ()
        room = width - width_of(bar)
        for line in self.text:
            for part in _chopped(line, room):
                yield (*bar, Piece(part, self.style)) if part else bar


def wrapped(pieces: Pieces, width: int) -> list[Pieces]:
    """As `wrap` does, but quick with what needs none, as most cells and items."""
    if width_of(pieces) <= width:
        return [_bounded(pieces)]
    lines = [_fitting(_bounded(line), width) for line in wrap(pieces, width)]
    return lines or [()]


def _fitting(line: Pieces, width: int) -> Pieces:
    """Characters that join into one cell take more where styles part them."""
    return line if width_of(line) <= width else fit(line, width, sign="")


def _bounded(line: Pieces) -> Pieces:
    if all(len(piece.text) <= _LONGEST for piece in line):
        return line
    return tuple(Piece(text[:_LONGEST], style) for text, style in line)


def _chopped(line: str, width: int) -> list[str]:
    if len(line) <= width and line.isascii():
        return [line]  # As most are.
    parts = [line] if cell_len(line) <= width else chop_cells(line, width)
    return [part[:_LONGEST] for part in parts]
