"""Tables of text that fit a width."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.marks import Mark, Style
from runner.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobconsole.wiring import Terminal

GAP = "  "
NOTE_INDENT = "    "


SGR: dict[Style, str] = {
    Style.STRONG: "1",
    Style.FAINT: "2",
    Style.GOOD: "32",
    Style.BAD: "31",
    Style.BUSY: "36",
    Style.ODD: "33",
}
"""How a style looks on a terminal."""


class Cell(NamedTuple):
    """One text of a table, foreign or ours."""

    text: str
    style: Style = Style.PLAIN


class Column(NamedTuple):
    """`least` is how far it may shrink; None: never cut."""

    title: str
    least: int | None = None
    right: bool = False


class Row(NamedTuple):
    """Cells, and what must be said about them on lines of its own."""

    cells: Sequence[Cell]
    notes: Sequence[str] = ()


def mark_cell(mark: Mark, *, unicode: bool) -> Cell:
    return Cell(mark.shape if unicode else mark.ascii, mark.style)


def shown(mark: Mark, terminal: Terminal) -> str:
    """The mark in a line of text."""
    text, style = mark_cell(mark, unicode=terminal.unicode)
    return paint(text, style, terminal)


def paint(text: str, style: Style, terminal: Terminal) -> str:
    sgr = SGR.get(style)
    if not (terminal.colour and sgr and text):
        return text
    return f"\x1b[{sgr}m{text}\x1b[0m"


def render(
    columns: Sequence[Column], rows: Sequence[Row], terminal: Terminal
) -> list[str]:
    """The lines of a table: titles, rows, and notes below their rows."""
    clean = [[one_line(cell.text) for cell in row.cells] for row in rows]
    widths = _widths(columns, clean, terminal.width)
    titles = [Cell(column.title, Style.FAINT) for column in columns]
    lines = [_line(columns, titles, [cell.text for cell in titles], widths, terminal)]
    for row, texts in zip(rows, clean, strict=True):
        lines.append(_line(columns, row.cells, texts, widths, terminal))
        for note in row.notes:
            lines += wrap(one_line(note), terminal.width, NOTE_INDENT)
    return lines


def wrap(text: str, width: int, indent: str, hang: str | None = None) -> list[str]:
    """Lines no wider than `width`; words that are longer stay whole."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent if hang is None else hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def width_of(text: str) -> int:
    """How many columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_width_of_character(character) for character in text)


def cut(text: str, width: int, terminal: Terminal) -> str:
    """The text, its end replaced by an ellipsis where it is wider than `width`."""
    if width_of(text) <= width:
        return text
    ellipsis = "…" if terminal.unicode else "~"
    room = width - 1
    kept = ""
    for character in text:
        room -= _width_of_character(character)
        if room < 0:
            break
        kept += character
    return kept + ellipsis


def _width_of_character(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _widths(
    columns: Sequence[Column], texts: Sequence[Sequence[str]], width: int
) -> list[int]:
    """Natural widths; where they are too wide together, the widest shrink first."""
    widths = [
        max(width_of(text) for text in (column.title, *(row[i] for row in texts)))
        for i, column in enumerate(columns)
    ]
    excess = sum(widths) + len(GAP) * (len(columns) - 1) - width
    while excess > 0:
        shrinkable = [
            i
            for i, column in enumerate(columns)
            if column.least is not None and widths[i] > column.least
        ]
        if not shrinkable:
            break
        widths[max(shrinkable, key=lambda i: widths[i])] -= 1
        excess -= 1
    return widths


def _line(
    columns: Sequence[Column],
    cells: Sequence[Cell],
    texts: Sequence[str],
    widths: Sequence[int],
    terminal: Terminal,
) -> str:
    parts: list[str] = []
    for column, cell, text, width in zip(columns, cells, texts, widths, strict=True):
        shown = cut(text, width, terminal)
        blanks = " " * (width - width_of(shown))
        painted = paint(shown, cell.style, terminal)
        parts.append(blanks + painted if column.right else painted + blanks)
    return GAP.join(parts).rstrip()
