"""The folders that macOS keeps from what a driver starts."""

from __future__ import annotations

from pathlib import Path

_OF_HOME = (
    *("Desktop", "Documents", "Downloads"),
    *("Library/CloudStorage", "Library/Mobile Documents"),
)
_OF_MACHINE = (Path("/Volumes"), Path("/Network"))


def unreadable_place(path: Path, home: Path) -> Path | None:
    """The folder around a path that macOS asks about, if there is one.

    A terminal was allowed there once; agents have nobody to ask, and get EPERM until
    their program has Full Disk Access. By name: only a Mac can tell what was allowed.
    """
    places = [home / name for name in _OF_HOME] + [*_OF_MACHINE]
    looked_at = {_plain(path), _plain(path.resolve())}
    for place in places:
        if any(each[: len(_plain(place))] == _plain(place) for each in looked_at):
            return place
    return None


def _plain(path: Path) -> tuple[str, ...]:
    """The parts, without case: macOS takes ~/documents for ~/Documents."""
    return tuple(part.casefold() for part in path.parts)
