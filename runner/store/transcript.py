"""A run's output as one document of lines, read by window from disk, never whole.

Opening scans nothing: any place can be read from, in either direction. For that, a
line longer than a block is cut at the end of each block that holds no end of a line;
the cut is the same whoever reads from wherever.

One thread at a time may use a transcript.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from typing import TYPE_CHECKING

from runner.model.log import LogLine, SearchStep, Stream, Streams
from runner.store.interleave import Interleaving, Marks
from runner.store.spans import Span, read_span, read_spans, size_of

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from runner.model.log import Sought
    from runner.store.folders import RunFolder

BLOCK = 16 * 1024
"""No line is longer than two of these."""

MOST_TEXT = 512 * 1024
"""Lines asked for at once are fewer where they would be more than this."""

SEARCH_BUDGET = 1024 * 1024
"""How many bytes a search goes through at once: some 10 ms."""

_SEARCH_WINDOW = 256 * 1024
_WHOLE_WINDOW = 1024 * 1024
_LONGEST_CHARACTER = 4
_LONGEST_HELD = 4096
_QUIET_LOOKS = 5
"""After so many looks at which nothing was new, unfinished lines are shown."""

_MOST_CARE = 2_000
"""So many marks at once are seen to cut no line; more would take too long to open."""


class Transcript:
    """The document of one run, and those of its streams alone.

    A place that is within a line stands for the line. While the run goes on, what no
    mark tells of yet is not part of it: so it is only ever appended to.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._start_over()

    def update(self, *, ended: bool) -> None:
        """Take in what has been written since; `ended`: nobody will mark the rest."""
        if self.size() == 0 and self._files[Stream.STDOUT] != self._folder.said:
            self._start_over()  # an agent has begun since
        if not self._take_in(ended=ended):
            # A file is shorter than it was: it is no log that only grows.
            self._start_over()
            self._take_in(ended=ended)

    def size(self, streams: Streams = Streams.BOTH) -> int:
        return self._order.size(streams)

    def lines_from(
        self, place: int, count: int, streams: Streams = Streams.BOTH
    ) -> list[LogLine]:
        """The lines from the one at this place on; at least one unless it is the end."""
        start = self._start_of(streams, place)
        ends = itertools.islice(self._ends_after(streams, start), count)
        return self._lines(streams, _limited([start, *ends]))

    def lines_before(
        self, place: int, count: int, streams: Streams = Streams.BOTH
    ) -> list[LogLine]:
        """The lines before the one at this place, in their order."""
        end = self._start_of(streams, place)
        starts = itertools.islice(self._ends_before(streams, end), count)
        return self._lines(streams, _limited([end, *starts])[::-1])

    def tail(self, count: int, streams: Streams = Streams.BOTH) -> list[LogLine]:
        return self.lines_before(self.size(streams), count, streams)

    def pieces(self) -> Iterator[bytes]:
        """All of it in order, a piece at a time: to save it elsewhere."""
        place, size = 0, self.size()
        while place < size:
            end = min(place + _WHOLE_WINDOW, size)
            yield self._read(Streams.BOTH, place, end)
            place = end

    def count_lines(self, start: int, end: int, streams: Streams = Streams.BOTH) -> int:
        """How many lines were ended by a newline between two places."""
        end = min(end, self.size(streams))
        places = range(start, end, _WHOLE_WINDOW)
        windows = (
            self._read(streams, place, min(place + _WHOLE_WINDOW, end))
            for place in places
        )
        return sum(window.count(b"\n") for window in windows)

    def translated(self, place: int, streams: Streams, into: Streams) -> int:
        """The place in another choice of streams that is nearest to this one."""
        return self._order.translated(min(place, self.size(streams)), streams, into)

    def search(
        self,
        sought: Sought,
        start: int,
        *,
        forward: bool,
        streams: Streams = Streams.BOTH,
        budget: int = SEARCH_BUDGET,
    ) -> SearchStep:
        """Look through about `budget` bytes after, or before, a place.

        What is in several lines is not found. Raises re.error.
        """
        pattern = sought.in_bytes()
        place = self._start_of(streams, min(start, self.size(streams)))
        until = self.size(streams) if forward else 0
        while place != until and budget > 0:
            ahead = self._window_beside(streams, place, forward=forward)
            found = self._found(streams, pattern, sorted((place, ahead)), forward)
            if found is not None:
                beside = found.end if forward else found.start
                return SearchStep(found, beside, over=False)
            budget -= abs(ahead - place)
            place = ahead
        return SearchStep(None, place, over=place == until)

    def _start_over(self) -> None:
        folder = self._folder
        self._files = {Stream.STDOUT: folder.said, Stream.STDERR: folder.stderr}
        self._marks = Marks(folder.events, of_agent=folder.said == folder.agent_log)
        self._order = Interleaving(self._last_line_end)
        self._quiet_looks = 0
        self._care_left = 0

    def _take_in(self, *, ended: bool) -> bool:
        """False where a stream has lost what was already placed."""
        self._quiet_looks += 1
        self._care_left = _MOST_CARE
        try:
            for marks in self._marks.read():
                self._quiet_looks = 0
                # Asked after the marks: the files are at least as long as these say.
                sizes = self._sizes()
                for mark in marks:
                    self._order.add(mark, sizes[mark.stream])
        except OSError:
            ended = True
        sizes = self._sizes()
        unmarked = ended or self.size() == 0
        for stream, size in sizes.items():
            if size < self._order.reach(stream):
                return False
            if unmarked:
                self._order.extend(stream, size)
        if self._quiet_looks >= _QUIET_LOOKS:
            self._order.release()
        return True

    def _last_line_end(self, stream: Stream, start: int, end: int) -> int:
        """Behind the last newline or carriage return in a range of a stream's file."""
        self._care_left -= 1
        if self._care_left < 0:
            return end
        near = max(start, end - _LONGEST_HELD)
        data = read_span(self._files[stream], Span(stream, near, end - near))
        found = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if found:
            return near + found
        # What is as long is no line that anybody waits for.
        return start if near == start else end

    def _sizes(self) -> dict[Stream, int]:
        return {stream: size_of(path) for stream, path in self._files.items()}

    def _window_beside(self, streams: Streams, place: int, *, forward: bool) -> int:
        """The other border of the window to look through; both start lines."""
        if not forward:
            return self._start_of(streams, max(place - _SEARCH_WINDOW, 0))
        size = self.size(streams)
        beyond = place + _SEARCH_WINDOW
        return size if beyond >= size else self._start_of(streams, beyond)

    def _found(
        self,
        streams: Streams,
        pattern: re.Pattern[bytes],
        window: list[int],
        forward: bool,  # noqa: FBT001
    ) -> LogLine | None:
        """The first or the last line of a window that holds a match."""
        start, end = window
        matches = pattern.finditer(self._read(streams, start, end))
        match = next(matches, None)
        if match is not None and not forward:
            for match in matches:  # noqa: B007  the last one is wanted
                pass
        if match is None:
            return None
        return self.lines_from(start + match.start(), 1, streams)[0]

    def _lines(self, streams: Streams, borders: list[int]) -> list[LogLine]:
        """The lines between neighbouring borders."""
        if len(borders) < 2:
            return []
        base = borders[0]
        data = self._read(streams, base, borders[-1])
        lines: list[LogLine] = []
        for start, end in itertools.pairwise(borders):
            stream, offset, _ = self._order.spans(streams, start, end)[0]
            at_ms = self._order.time_at(stream, offset)
            text = data[start - base : end - base].decode("utf-8", "replace")
            lines.append(LogLine(start, end, stream, at_ms, text))
        return lines

    def _start_of(self, streams: Streams, place: int) -> int:
        """The start of the line at a place; the document's end is one of its own."""
        place = min(max(place, 0), self.size(streams))
        if place in {0, self.size(streams)}:
            return place
        return next(self._ends_before(streams, place + 1))

    def _ends_after(self, streams: Streams, place: int) -> Iterator[int]:
        """The ends of lines behind a place, one after the other."""
        # The end that belongs to a block may be some bytes into the next one.
        for block in range(max(place // BLOCK - 1, 0), self._blocks(streams)):
            for end in self._ends_in(streams, block):
                if end > place:
                    place = end
                    yield end
        if place < self.size(streams):
            yield self.size(streams)

    def _ends_before(self, streams: Streams, place: int) -> Iterator[int]:
        """The ends of lines before a place, the last one first, then 0."""
        for block in reversed(range(min(place // BLOCK + 1, self._blocks(streams)))):
            for end in reversed(self._ends_in(streams, block)):
                if end < place:
                    place = end
                    yield end
        if place > 0:
            yield 0

    def _blocks(self, streams: Streams) -> int:
        return -(-self.size(streams) // BLOCK)

    def _ends_in(self, streams: Streams, block: int) -> list[int]:
        """Where lines end in a block, its end included and its start not."""
        start = block * BLOCK
        end = min(start + BLOCK, self.size(streams))
        data = self._read(streams, start, end)
        places = _newlines(data, start)
        if turns := self._order.turns(streams, start, end):
            places = sorted({*places, *turns})
        if not places and len(data) == BLOCK:
            places = [self._cut(streams, end)]
        return places

    def _cut(self, streams: Streams, place: int) -> int:
        """Where a line without end is cut: not within a character, if that is one."""
        beyond = min(place + _LONGEST_CHARACTER, self.size(streams))
        turns = self._order.turns(streams, place, beyond)
        data = self._read(streams, place, min([beyond, *turns]))
        length = 0
        while length < len(data) and data[length] & 0xC0 == 0x80:
            length += 1
        return place + (length if length < _LONGEST_CHARACTER else 0)

    def _read(self, streams: Streams, start: int, end: int) -> bytes:
        return read_spans(self._files, self._order.spans(streams, start, end))


def _limited(borders: list[int]) -> list[int]:
    """As many of the borders of lines, from the first, as are not too much text."""
    distances = [abs(border - borders[0]) for border in borders]
    return borders[: max(bisect_right(distances, MOST_TEXT), 2)]


def _newlines(data: bytes, base: int) -> list[int]:
    """The places right behind newlines."""
    found: list[int] = []
    place = data.find(b"\n") + 1
    while place:
        found.append(base + place)
        place = data.find(b"\n", place) + 1
    return found
