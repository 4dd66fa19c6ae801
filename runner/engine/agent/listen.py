"""Follows what an agent tells while it works: bytes of its files into events."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from runner.store.lines import GrowingFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runner.agents.base import AgentEvent, Standing, StreamReader

_PIECE = 1024 * 1024
_LOOKS_FOR_DIARY = 50
"""It is begun at once, or never; looking goes through many folders."""

_PIECES_A_LOOK = 16
"""More of a stream than that waits for the next look: supervision goes first."""


class Listener:
    """Feeds a reader with the agent's stdout, and with its diary if it keeps one."""

    def __init__(
        self,
        reader: StreamReader,
        stdout: Path,
        environment: Mapping[str, str],
        tell: Callable[[AgentEvent], None],
    ) -> None:
        self._reader = reader
        self._environment = environment
        self._tell = tell
        self._stdout = GrowingFile.from_its_end(stdout)
        self._diary: GrowingFile | None = None
        self._looks_for_diary = _LOOKS_FOR_DIARY

    @property
    def standing(self) -> Standing:
        return self._reader.standing

    def look(self) -> bool:
        """Take in what is new; whether there was anything."""
        told = self._take(self._stdout, self._reader.feed)
        if self._diary is None and self._looks_for_diary > 0:
            self._diary = self._find_diary()
        if self._diary is None:
            return told
        return self._take(self._diary, self._reader.feed_diary) or told

    def drain(self) -> None:
        """Take in all that is there now, and an unfinished last line.

        Some process that was kept may go on writing.
        """
        ends = [(it, it.size()) for it in (self._stdout, self._diary) if it]
        self.look()
        while any(file.offset < end for file, end in ends) and self.look():
            pass
        for event in self._reader.finish():
            self._tell(event)

    def _take(
        self, file: GrowingFile, feed: Callable[[bytes], Iterable[AgentEvent]]
    ) -> bool:
        pieces = 0
        while pieces < _PIECES_A_LOOK and (piece := file.read(_PIECE)):
            pieces += 1
            for event in feed(piece):
                self._tell(event)
        return pieces > 0

    def _find_diary(self) -> GrowingFile | None:
        pattern = self._reader.diary(self._environment)
        self._looks_for_diary -= pattern is not None
        found = glob.glob(pattern) if pattern else []  # noqa: PTH207 - absolute
        return GrowingFile(Path(max(found))) if found else None
