"""Puts the two outputs of a run into one order: that of the marks in its events."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.model.instants import parse_ms
from runner.model.log import Stream, Streams
from runner.store.folders import open_regular
from runner.store.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_STREAMS = tuple(Stream)
_OTHER = {Stream.STDOUT: Stream.STDERR, Stream.STDERR: Stream.STDOUT}
_WINDOW = 256 * 1024
_OUTPUT = b'"output"'
_PATIENCE_MS = 1_000
"""How long a line that has no end yet is kept together."""


class Mark(NamedTuple):
    """A stream had grown up to `end` when somebody looked at `at_ms`."""

    stream: Stream
    start: int
    end: int
    at_ms: int


class _Output(msgspec.Struct, frozen=True, tag_field="event", tag="output"):
    at: str
    stream: str
    offset: int
    bytes: int


_outputs = msgspec.json.Decoder(_Output)


class Marks:
    """Reads the marks of events.jsonl as it grows.

    `of_agent`: those of agent.log stand for the ones of stdout.
    """

    def __init__(self, path: Path, *, of_agent: bool = False) -> None:
        self._path = path
        self._offset = 0
        self._streams = {"stderr": Stream.STDERR}
        self._streams["agent" if of_agent else "stdout"] = Stream.STDOUT

    def read(self) -> Iterator[list[Mark]]:
        """What is new, some at a time. Raises OSError where it cannot be read."""
        with open_regular(self._path) as file:
            while True:
                file.seek(self._offset)
                data = file.read(_WINDOW)
                # A torn line is read again, when it is whole or was cut off.
                whole = data.rfind(b"\n") + 1
                if not whole and len(data) == _WINDOW:
                    whole = _WINDOW  # no event of ours is as long
                if not whole:
                    return
                self._offset += whole
                yield list(self._marks(data[:whole]))

    def _marks(self, lines: bytes) -> Iterator[Mark]:
        """The marks among the events; the job may have written there as well."""
        for line in lines.splitlines():
            if _OUTPUT not in line:
                continue
            try:
                it = _outputs.decode(line)
                at_ms = parse_ms(it.at)
            except ValueError:
                continue
            if stream := self._streams.get(it.stream):
                yield Mark(stream, it.offset, it.offset + it.bytes, at_ms)


class _Side:
    """One stream: where its pieces start, and its times.

    `size` bytes are placed; `reach` are marked, or placed as well.
    """

    def __init__(self) -> None:
        self.size = 0
        self.reach = 0
        self.pieces = array("q")
        self.marked = array("q")
        self.times = array("q")

    def note(self, offset: int, at_ms: int) -> None:
        before = self.marked[-1] if self.marked else -1
        if before < offset <= self.reach:
            self.marked.append(offset)
            self.times.append(at_ms)

    def time_at(self, offset: int) -> int | None:
        index = bisect_right(self.marked, offset) - 1
        return self.times[index] if index >= 0 else None


class Interleaving:
    """Which byte of which stream is at which place of the document; only appended to.

    Each stream is placed without gaps from its beginning, whatever the marks say: they
    decide only when the other one has its turn. Neighbours of one stream are one piece.

    Where both are written to, a look often falls within a line. What follows the last
    end of a line is held back, so that the other stream does not cut it in two.
    `line_end(stream, start, end)` is that last end in a range, `start` if there is none.
    """

    def __init__(self, line_end: Callable[[Stream, int, int], int]) -> None:
        self._line_end = line_end
        self._sides = {stream: _Side() for stream in _STREAMS}
        self._starts = array("q")
        self._owners = bytearray()

    def size(self, streams: Streams) -> int:
        single = streams.single
        if single is not None:
            return self._sides[single].size
        return sum(side.size for side in self._sides.values())

    def add(self, mark: Mark, size: int) -> None:
        """Place what a mark tells of, as far as the file reaches today."""
        side = self._sides[mark.stream]
        side.reach = max(side.reach, min(mark.end, size))
        side.note(min(max(mark.start, 0), side.reach), mark.at_ms)
        other = _OTHER[mark.stream]
        if not self._sides[other].reach:
            self.extend(mark.stream, side.reach)
            return
        self._hold_no_longer(other, mark.at_ms)
        end = self._line_end(mark.stream, side.size, side.reach)
        self.extend(mark.stream, end)
        self._hold_no_longer(mark.stream, mark.at_ms)

    def reach(self, stream: Stream) -> int:
        """How much of a stream is placed or held back."""
        return self._sides[stream].reach

    def release(self) -> None:
        """Place what was held back."""
        for stream, side in self._sides.items():
            self.extend(stream, side.reach)

    def extend(self, stream: Stream, end: int) -> None:
        """Place the bytes of a stream that are not yet, up to `end`."""
        side = self._sides[stream]
        if end <= side.size:
            return
        owner = _STREAMS.index(stream)
        if not self._owners or self._owners[-1] != owner:
            side.pieces.append(side.size)
            self._starts.append(self.size(Streams.BOTH))
            self._owners.append(owner)
        side.size = end
        side.reach = max(side.reach, end)

    def spans(self, streams: Streams, start: int, end: int) -> list[Span]:
        """What is at these places, in order."""
        single = streams.single
        if single is not None:
            return [Span(single, start, end - start)] if start < end else []
        found: list[Span] = []
        index = self._piece_at(start)
        while start < end:
            stream, offset = self._origin(index, start)
            until = min(end, self._end_of(index))
            found.append(Span(stream, offset, until - start))
            start, index = until, index + 1
        return found

    def turns(self, streams: Streams, start: int, end: int) -> list[int]:
        """The places in (start, end] at which another stream begins."""
        if streams is not Streams.BOTH:
            return []
        first, last = (bisect_right(self._starts, place) for place in (start, end))
        return list(self._starts[first:last])

    def time_at(self, stream: Stream, offset: int) -> int | None:
        return self._sides[stream].time_at(offset)

    def translated(self, place: int, streams: Streams, into: Streams) -> int:
        """The nearest place in another choice of streams, at or after this one."""
        if streams is into:
            return place
        stream, offset = self._locate(streams, place)
        if into is Streams.BOTH:
            return self._place_of(stream, offset)
        if into.single is stream:
            return offset
        return self._passed(into, self._place_of(stream, offset))

    def _hold_no_longer(self, stream: Stream, now_ms: int) -> None:
        """Place what has been held back for too long."""
        side = self._sides[stream]
        if side.size < side.reach:
            since = side.time_at(side.size)
            if since is None or now_ms - since > _PATIENCE_MS:
                self.extend(stream, side.reach)

    def _locate(self, streams: Streams, place: int) -> tuple[Stream, int]:
        single = streams.single
        if single is not None:
            return single, place
        return self._origin(self._piece_at(place), place)

    def _place_of(self, stream: Stream, offset: int) -> int:
        """Where in the document a byte of a stream is."""
        side, owner = self._sides[stream], _STREAMS.index(stream)
        number = bisect_right(side.pieces, offset) - 1
        if number < 0:
            return 0
        # Owners alternate: every other piece is of this stream.
        index = 2 * number + (0 if self._owners[0] == owner else 1)
        return self._starts[index] + offset - side.pieces[number]

    def _passed(self, into: Streams, place: int) -> int:
        """How much of a stream comes before a place of the document."""
        index = self._piece_at(place)
        stream, offset = self._origin(index, place)
        if stream is into.single:
            return offset
        following = index + 1
        if following < len(self._starts):
            return self._origin(following, self._starts[following])[1]
        return self.size(into)

    def _piece_at(self, place: int) -> int:
        return max(bisect_right(self._starts, place) - 1, 0)

    def _origin(self, index: int, place: int) -> tuple[Stream, int]:
        """The stream of a piece, and the offset in it of a place within the piece."""
        if not self._owners:
            return _STREAMS[0], 0
        stream = _STREAMS[self._owners[index]]
        # Owners alternate: it is the (index // 2)-th piece of its stream.
        return stream, self._sides[stream].pieces[index // 2] + place - self._starts[
            index
        ]

    def _end_of(self, index: int) -> int:
        following = index + 1
        if following < len(self._starts):
            return self._starts[following]
        return self.size(Streams.BOTH)
