"""Lays a Markdown text out as plain lines: nothing in it can be clicked or run."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from widgets.markdown_blocks import read_document
from widgets.pieces import width_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from widgets.markdown_blocks import Block, Document, Margin
    from widgets.pieces import Pieces


def markdown_lines(text: str, width: int, *, unicode: bool = True) -> list[Pieces]:
    """Foreign text in clean lines of at most `width` cells, which are 2 or more."""
    return lay_out(read_document(text, unicode=unicode), width)


def lay_out(document: Document, width: int) -> list[Pieces]:
    """The lines of a document that has been read; the costly part is not done again."""
    return [line for block in document.blocks for line in _lines(block, max(width, 2))]


def _lines(block: Block, width: int) -> Iterable[Pieces]:
    margins = _fitting(block.margins, width // 2)
    if not margins:
        return block.body.lines(width)
    first = tuple(margin.first for margin in margins)
    rest = tuple(margin.rest for margin in margins)
    lines = block.body.lines(width - width_of(first))
    return ((*(first if at == 0 else rest), *line) for at, line in enumerate(lines))


def _fitting(margins: tuple[Margin, ...], width: int) -> tuple[Margin, ...]:
    """The innermost ones: what is nested more deeply than there is room for."""
    taken = accumulate(width_of(margin[:1]) for margin in reversed(margins))
    count = sum(it <= width for it in taken)
    return margins[len(margins) - count :]
