"""How the rows of a log are drawn."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from runner.model.log import Stream, Streams
from widgets.log_status import ASCII, UNICODE, Glyphs

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from textual.widget import Widget

    from widgets.log_window import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_TIME = " " * len("hh:mm:ss ")


class LogPainter:
    """Draws rows with what the reader chose to see beside their text."""

    def __init__(self, widget: Widget, zone: tzinfo) -> None:
        self._widget = widget
        self._zone = zone
        self.glyphs: Glyphs = UNICODE
        self.streams = Streams.BOTH
        self.times = False
        self.left = 0
        """The first column that is seen where lines are not wrapped."""
        self.sought: re.Pattern[str] | None = None
        self.found: int | None = None
        """The start of the line that a search came to."""

    def use_ascii(self, *, only: bool) -> None:
        self.glyphs = ASCII if only else UNICODE

    @property
    def gutter(self) -> int:
        """How many columns stand before the text."""
        mark = len(self.glyphs.stderr) if self.streams is Streams.BOTH else 0
        return mark + (len(_NO_TIME) if self.times else 0)

    def row(self, row: Row, width: int, *, wraps: bool) -> Strip:
        """One row, made exactly `width` wide."""
        base = self._base(row)
        text, room = row.laid.text, max(width - self.gutter, 1)
        start, end = row.start, row.end
        if not wraps:
            start, end = text.between(self.left, room)
        hits = row.laid.hits(self.sought, self._part("hit"))
        segments = [*self._before(row, base), *text.segments(start, end, base, hits)]
        strip = Strip(segments).adjust_cell_length(width, base)
        return strip if wraps else self._with_arrow(strip, end < len(text.plain), base)

    def turn_to(self, rows: Sequence[Row], width: int) -> None:
        """Go sideways so that the first match in the line that was found is seen."""
        laid = next(
            (row.laid for row in rows if row.laid.line.start == self.found), None
        )
        hits = laid.hits(self.sought, self._part("hit")) if laid else []
        if laid and hits:
            column, room = laid.text.column(hits[0].start), width - self.gutter
            if not self.left <= column < self.left + room:
                self.left = max(column - room // 3, 0)

    def _look(self, name: str) -> Style:
        return self._widget.get_component_rich_style(f"log--{name}")

    def _part(self, name: str) -> Style:
        """Only what the style itself says, to lie over another."""
        return self._widget.get_component_rich_style(f"log--{name}", partial=True)

    def _base(self, row: Row) -> Style:
        line = row.laid.line
        marked = self.streams is Streams.BOTH and line.stream is Stream.STDERR
        base = self._look("stderr") if marked else self._look("text")
        if line.start == self.found:
            base += self._part("found")
        return base

    def _before(self, row: Row, base: Style) -> Iterator[Segment]:
        line = row.laid.line
        if self.streams is Streams.BOTH:
            marked = line.stream is Stream.STDERR
            yield Segment(self.glyphs.stderr if marked else " ", base)
        if self.times:
            first = row.number == 0 and line.at_ms is not None
            time = _clock_text(line.at_ms or 0, self._zone) if first else _NO_TIME
            yield Segment(time, base + Style(color=self._look("time").color))

    def _with_arrow(self, strip: Strip, more: bool, base: Style) -> Strip:
        """A sign at the edge that the line goes on beyond it."""
        if not more:
            return strip
        width = strip.cell_length
        sign = Segment(self.glyphs.more, base + Style(color=self._look("time").color))
        return Strip([*strip.crop(0, width - 1), sign]).adjust_cell_length(width, base)


@functools.lru_cache(maxsize=1024)
def _clock_text(at_ms: int, zone: tzinfo) -> str:
    """`13:29:38 ` on the zone's clock; blank for what no calendar holds."""
    try:
        moment = (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone)
    except OverflowError:
        return _NO_TIME
    return moment.strftime("%H:%M:%S ")
