"""Reads a file of lines that grows: every look takes in what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.store.folders import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WINDOW = 256 * 1024


class GrowingLines:
    """Remembers how far it has read. A torn last line waits until it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> Iterator[bytes]:
        """The new lines; none where there is no file yet."""
        try:
            file = open_regular(self._path)
        except OSError:
            return
        with file:
            while True:
                file.seek(self._offset)
                window = file.read(_WINDOW)
                whole = window.rfind(b"\n") + 1
                if not whole and len(window) == _WINDOW:
                    whole = _WINDOW  # no line of ours is as long: pass over it
                if not whole:
                    return
                self._offset += whole
                yield from window[:whole].splitlines()


class GrowingFile:
    """The bytes that a file has got since the last look."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self._path = path
        self.offset = offset

    def size(self) -> int:
        """How much is there now; 0 where there is no file."""
        try:
            return self._path.lstat().st_size
        except OSError:
            return 0

    @classmethod
    def from_its_end(cls, path: Path) -> GrowingFile:
        """What is in the file by now is passed over."""
        return cls(path, cls(path).size())

    def read(self, most: int) -> bytes:
        """At most so many; none where there is no file yet."""
        try:
            file = open_regular(self._path)
        except OSError:
            return b""
        with file:
            file.seek(self.offset)
            news = file.read(most)
        self.offset += len(news)
        return news
