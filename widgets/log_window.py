"""The few lines of a log around the view, and where in them the view is: pure."""

from __future__ import annotations

import functools
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from widgets.log_text import LogText, Span, read

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from rich.style import Style

    from runner.model.log import LogLine

_KEPT = 3
"""How many views full of lines are kept on each side."""


class Laid:
    """A line, and how it is laid out at a width; worked out when it is needed."""

    def __init__(self, line: LogLine) -> None:
        self.line = line
        self._width: int | None = None
        self._rows: list[tuple[int, int]] = []
        self._hits: tuple[object, list[Span]] = (None, [])

    @functools.cached_property
    def text(self) -> LogText:
        return read(self.line.text)

    def rows(self, width: int | None) -> list[tuple[int, int]]:
        """The characters of each row; all in one where there is no width to keep."""
        if width is None:
            return [(0, len(self.text.plain))]
        if width != self._width:
            self._width, self._rows = width, self.text.rows(width)
        return self._rows

    def hits(self, sought: re.Pattern[str] | None, style: Style) -> list[Span]:
        """Where a search would come to; a row is painted far more often than sought."""
        if sought is None:
            return []
        if self._hits[0] != (sought, style):
            matches = sought.finditer(self.text.plain)
            hits = [Span(*it.span(), style) for it in matches if it.end() > it.start()]
            self._hits = ((sought, style), hits)
        return self._hits[1]


class Row(NamedTuple):
    """One row of the view: the how many-eth of its line, and its characters."""

    laid: Laid
    number: int
    start: int
    end: int


class Window:
    """Neighbouring lines, and a view of `height` rows of `width` that moves in them."""

    def __init__(self) -> None:
        self.height = 1
        self.width: int | None = None
        self.lines: list[Laid] = []
        self._top = 0
        self._row = 0

    @property
    def start(self) -> int:
        """The place where the first line begins."""
        return self.lines[0].line.start if self.lines else 0

    @property
    def end(self) -> int:
        return self.lines[-1].line.end if self.lines else 0

    @property
    def last_start(self) -> int:
        return self.lines[-1].line.start if self.lines else 0

    @property
    def top(self) -> int:
        """The place of the line that is seen first."""
        return self.lines[self._top].line.start if self.lines else 0

    @property
    def bottom(self) -> int:
        """The place behind the line that is seen last."""
        rows = self.seen()
        return rows[-1].laid.line.end if rows else 0

    @property
    def at_start(self) -> bool:
        return self._top == self._row == 0

    def resize(self, width: int | None, height: int) -> None:
        """Other rows show the same line first."""
        if width != self.width:
            self._row = 0
        self.width, self.height = width, max(height, 1)

    def replace(self, lines: Sequence[LogLine], top: int = 0) -> None:
        """Have these lines only; what stays the same is not laid out again."""
        known = {(it.line.start, it.line.end): it for it in self.lines}
        self.lines = [known.get((it.start, it.end)) or Laid(it) for it in lines]
        self._top, self._row = max(min(top, len(lines) - 1), 0), 0

    def append(self, lines: Iterable[LogLine]) -> None:
        """Go on with these; the last line may be among them, grown since."""
        laid = [Laid(line) for line in lines]
        if laid and self.lines and laid[0].line.start == self.last_start:
            self.lines.pop()
        self.lines += laid

    def prepend(self, lines: Sequence[LogLine]) -> None:
        self.lines[:0] = [Laid(line) for line in lines]
        self._top += len(lines)

    def trim(self) -> None:
        """Forget what is far from the view."""
        most = _KEPT * self.height
        del self.lines[self._top + most + self.height :]
        beyond = max(self._top - most, 0)
        del self.lines[:beyond]
        self._top -= beyond

    def scroll(self, rows: int) -> int:
        """Move the view down, or up; how many rows of that there was no room for."""
        if rows > 0:
            able = min(rows, max(self.rows_below(rows), 0))
            self._advance(able)
        else:
            able = -self._go_back(-rows)
        return rows - able

    def reveal(self, sought: re.Pattern[str]) -> None:
        """Show the row first that holds a match in the line that is first."""
        for laid in self.lines[self._top : self._top + 1]:
            if match := sought.search(laid.text.plain):
                starts = [start for start, _ in laid.rows(self.width)]
                self._row = bisect_right(starts, match.start()) - 1

    def to_bottom(self) -> None:
        """Show the last row at the bottom."""
        self._top = max(len(self.lines) - 1, 0)
        self._row = self._rows_of(self._top) - 1
        self._go_back(self.height - 1)

    def rows_below(self, enough: int) -> int:
        """How many rows follow the view, counted up to `enough`.

        Less than none: so many rows of the view are empty.
        """
        count = -self._row - self.height
        for laid in self.lines[self._top :]:
            count += len(laid.rows(self.width))
            if count >= enough:
                break
        return count

    def rows_above(self, enough: int) -> int:
        count = self._row
        for laid in reversed(self.lines[: self._top]):
            if count >= enough:
                break
            count += len(laid.rows(self.width))
        return count

    def seen(self) -> list[Row]:
        """The rows of the view, from the first."""
        rows: list[Row] = []
        for row in self._rows_from_top():
            rows.append(row)
            if len(rows) == self.height:
                break
        return rows

    def _rows_from_top(self) -> Iterator[Row]:
        skipped = self._row
        for laid in self.lines[self._top :]:
            rows = laid.rows(self.width)
            for number in range(skipped, len(rows)):
                yield Row(laid, number, *rows[number])
            skipped = 0

    def _rows_of(self, index: int) -> int:
        return len(self.lines[index].rows(self.width)) if self.lines else 1

    def _advance(self, rows: int) -> None:
        self._row += rows
        while self._row >= (count := self._rows_of(self._top)):
            self._row -= count
            self._top += 1

    def _go_back(self, rows: int) -> int:
        """Move up as far as there are rows; how far."""
        able = min(rows, self.rows_above(rows))
        self._row -= able
        while self._row < 0:
            self._top -= 1
            self._row += self._rows_of(self._top)
        return able
