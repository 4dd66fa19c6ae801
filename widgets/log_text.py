"""One line of foreign output, made ready to be painted.

Only colours are left of its escapes. A carriage return goes back to the line's start,
and what comes next is written over what is there, as progress bars do.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment

from runner.model.text import sanitise
from widgets.log_colours import Pen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.style import Style

TAB = 8
_COLOUR = re.compile(r"\x1b\[([0-9;:]*)m")
_ERASE = re.compile(r"\x1b\[[02]?K")
_BREAKS = str.maketrans("\u2028\u2029", "  ")


class Span(NamedTuple):
    """Characters in one style of their own."""

    start: int
    end: int
    style: Style


class LogText(NamedTuple):
    """What is seen of a line, without controls, and the colours in it, in order."""

    plain: str
    spans: tuple[Span, ...] = ()

    def rows(self, width: int) -> list[tuple[int, int]]:
        """Where it is cut, as ranges of characters, to be at most `width` wide."""
        plain = self.plain
        if not plain:
            return [(0, 0)]
        if plain.isascii():
            ends = range(width, len(plain) + width, width)
            return [(end - width, min(end, len(plain))) for end in ends]
        return list(_wrapped(plain, width))

    def column(self, character: int) -> int:
        """Where a character is, in cells from the line's start."""
        return character if self.plain.isascii() else cell_len(self.plain[:character])

    def between(self, left: int, width: int) -> tuple[int, int]:
        """The characters that are wholly within these columns."""
        plain = self.plain
        if plain.isascii():
            return min(left, len(plain)), min(left + width, len(plain))
        start = end = column = 0
        for _, last, cells in split_graphemes(plain)[0]:
            if column < left:
                start = end = last
            elif column + cells <= left + width:
                end = last
            else:
                break
            column += cells
        return start, end

    def segments(
        self, start: int, end: int, base: Style, marks: Sequence[Span] = ()
    ) -> Iterator[Segment]:
        """Its characters in their colours; `marks`, in order, lie over these."""
        own = _within(self.spans, start, end)
        over = _within(marks, start, end)
        borders = {start, end, *_borders(own), *_borders(over)}
        cuts = sorted(border for border in borders if start <= border <= end)
        for left, right in itertools.pairwise(cuts):
            style = base
            for spans in (own, over):
                if (found := _at(spans, left)) is not None:
                    style += found.style
            yield Segment(self.plain[left:right], style)


def read(text: str) -> LogText:
    """Read a line as it was written, its end included."""
    text = text.removesuffix("\n").removesuffix("\r")
    if text.isprintable():
        return LogText(text)
    seen, pen = LogText(""), Pen()
    for part in text.translate(_BREAKS).split("\r"):
        written, pen = _written(part, pen)
        seen = written if _ERASE.search(part) else _over(seen, written)
    return seen


def _written(part: str, pen: Pen) -> tuple[LogText, Pen]:
    """What a text without carriage returns shows, and the pen it ends with."""
    # Colours stand between the other pieces: text, codes, text, codes, …
    pieces = _COLOUR.split(sanitise(part, colour=True))
    plain = [_expanded(pieces[0], 0)]
    length = len(plain[0])
    spans: list[Span] = []
    if pen != Pen() and length:
        spans.append(Span(0, length, pen.style()))
    for codes, text in zip(pieces[1::2], pieces[2::2], strict=True):
        pen = pen.after(codes)
        shown = _expanded(text, length)
        if shown and pen != Pen():
            spans.append(Span(length, length + len(shown), pen.style()))
        plain.append(shown)
        length += len(shown)
    return LogText("".join(plain), tuple(spans)), pen


def _expanded(text: str, column: int) -> str:
    """The text with blanks for its tabs, when it begins at a column."""
    if "\t" not in text:
        return text
    before = column % TAB
    return (" " * before + text).expandtabs(TAB)[before:]


def _over(below: LogText, above: LogText) -> LogText:
    """What is seen when one text is written over the start of another."""
    length = len(above.plain)
    left = (
        Span(max(start, length), end, style)
        for start, end, style in below.spans
        if end > length
    )
    return LogText(above.plain + below.plain[length:], (*above.spans, *left))


def _wrapped(plain: str, width: int) -> Iterator[tuple[int, int]]:
    start = cells = 0
    for first, _, taken in split_graphemes(plain)[0]:
        if cells + taken > width and first > start:
            yield start, first
            start, cells = first, 0
        cells += taken
    yield start, len(plain)


def _within(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    """Those of the spans, which are in order, that touch a range."""
    first = bisect_right(spans, start, key=lambda span: span.end)
    return spans[first : bisect_left(spans, end, key=lambda span: span.start)]


def _borders(spans: Iterable[Span]) -> Iterator[int]:
    for span in spans:
        yield from span[:2]


def _at(spans: Sequence[Span], place: int) -> Span | None:
    index = bisect_right(spans, place, key=lambda span: span.start) - 1
    return spans[index] if index >= 0 and place < spans[index].end else None
