"""A log in memory."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

from runner.model.log import LogLine, LogState, SearchStep, Stream, Streams

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.model.log import Sought


class FakeLogSource:
    """Implements `widgets.log_source.LogSource`. Looks see what was written before.

    Searches go through one line at a time, and none of them ends while `endless`.
    """

    def __init__(self, lines: Iterable[str] = (), *, ended: bool = False) -> None:
        self.ended = ended
        self.endless = False
        self.looks = 0
        self.asked = 0
        """Lines that were handed out."""
        self._said: list[tuple[Stream, str, int | None]] = []
        self._seen = 0
        for line in lines:
            self.write(line)

    def write(
        self, text: str, stream: Stream = Stream.STDOUT, at_ms: int | None = None
    ) -> None:
        self._said.append((stream, text + "\n", at_ms))

    async def look(self, streams: Streams) -> LogState:
        self.looks += 1
        self._seen = len(self._said)
        return LogState(self._size(streams), self.ended)

    async def lines_from(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        return self._given(
            [it for it in self._lines(streams) if it.end > place][:count]
        )

    async def lines_before(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        before = [it for it in self._lines(streams) if it.end <= place]
        return self._given(before[max(len(before) - count, 0) :])

    async def count_lines(self, start: int, end: int, streams: Streams) -> int:
        return sum(start < line.end <= end for line in self._lines(streams))

    async def translated(self, place: int, streams: Streams, into: Streams) -> int:
        """Exact for lines that are in both."""
        texts = [line.text for line in self._lines(streams) if line.end > place]
        return next(
            (line.start for line in self._lines(into) if line.text in texts),
            self._size(into),
        )

    async def search(
        self, sought: Sought, start: int, streams: Streams, *, forward: bool
    ) -> SearchStep:
        await asyncio.sleep(0)  # as a thread does, let others work
        pattern = sought.in_text()
        lines = self._lines(streams)
        ahead = [
            it for it in lines if (it.start >= start if forward else it.end <= start)
        ]
        if self.endless or not ahead:
            return SearchStep(None, start, over=not self.endless)
        line = ahead[0 if forward else -1]
        found = line if pattern.search(line.text) else None
        return SearchStep(found, line.end if forward else line.start, over=False)

    def _given(self, lines: list[LogLine]) -> list[LogLine]:
        self.asked += len(lines)
        return lines

    def _size(self, streams: Streams) -> int:
        return sum(line.end - line.start for line in self._lines(streams))

    def _lines(self, streams: Streams) -> list[LogLine]:
        chosen = [
            it for it in self._said[: self._seen] if streams in {Streams.BOTH, it[0]}
        ]
        ends = list(itertools.accumulate(len(text.encode()) for _, text, _ in chosen))
        return [
            LogLine(start, end, stream, at_ms, text)
            for (stream, text, at_ms), start, end in zip(
                chosen, [0, *ends], ends, strict=False
            )
        ]
