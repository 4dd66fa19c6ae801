"""What a log view asks for; whoever answers must not block the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from runner.model.log import LogState, SearchStep

if TYPE_CHECKING:
    from runner.model.log import LogLine, Sought, Streams


class LogSource(Protocol):
    """A run's output by window. Places are offsets in the document of `streams`."""

    async def look(self, streams: Streams) -> LogState:
        """Take in what was written since; only a look makes the document grow."""
        ...

    async def lines_from(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        """From the line at `place` on. Fewer than `count` where they are long."""
        ...

    async def lines_before(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        """The last ones before the line at `place`, in their order."""
        ...

    async def count_lines(self, start: int, end: int, streams: Streams) -> int: ...

    async def translated(self, place: int, streams: Streams, into: Streams) -> int:
        """The nearest place in another choice of streams."""
        ...

    async def search(
        self, sought: Sought, start: int, streams: Streams, *, forward: bool
    ) -> SearchStep:
        """One slice of a search. Raises re.error."""
        ...


class NoSource:
    """Implements `LogSource` where there is no log."""

    async def look(self, _streams: Streams) -> LogState:
        return LogState(0, ended=True)

    async def lines_from(self, *_: object) -> list[LogLine]:
        return []

    async def lines_before(self, *_: object) -> list[LogLine]:
        return []

    async def count_lines(self, *_: object) -> int:
        return 0

    async def translated(self, *_: object) -> int:
        return 0

    async def search(self, *_: object, forward: bool) -> SearchStep:  # noqa: ARG002
        return SearchStep(None, 0, over=True)
