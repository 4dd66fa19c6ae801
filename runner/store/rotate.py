"""Keeps the log files of drivers from growing for ever."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from runner.store.folders import open_own, sync, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 1 << 20
_FLAGS = os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


def rotate(path: Path, most_bytes: int) -> bool:
    """Move what a log holds to `NAME.1`, if it is more than that; whether it was done.

    Others keep the log open and append to it, so it is copied and then emptied where
    it is. Only what is written between the last look and the emptying is lost, some
    microseconds. Where it cannot be done, and for what is no regular file, nothing
    is: a log that grows is better than a tick that fails.
    """
    try:
        if os.lstat(path).st_size <= most_bytes:
            return False
        log = os.open(path, _FLAGS)
    except OSError:
        return False
    try:
        return _is_ours_to_move(log, most_bytes) and _move(log, path)
    except OSError:  # no space for the copy, or a folder in its place
        return False
    finally:
        os.close(log)


def _is_ours_to_move(log: int, most_bytes: int) -> bool:
    """Whether it is still a log that is too long, and nobody else is at it."""
    import fcntl

    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    status = os.fstat(log)
    return stat.S_ISREG(status.st_mode) and status.st_size > most_bytes


def _move(log: int, path: Path) -> bool:
    new = path.with_name(f".{path.name}.1.new")
    copy = open_own(new, os.O_TRUNC)
    try:
        _copy(log, copy)
        sync(copy)
        os.rename(new, path.with_name(f"{path.name}.1"))  # noqa: PTH104
        sync_folder(path.parent)
        # What came in the meantime; from here to the emptying it is a moment.
        _copy(log, copy)
        os.ftruncate(log, 0)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    finally:
        os.close(copy)
    return True


def _copy(log: int, copy: int) -> None:
    """From where both are to the end."""
    while chunk := memoryview(os.read(log, _CHUNK)):
        while chunk:
            chunk = chunk[os.write(copy, chunk) :]
