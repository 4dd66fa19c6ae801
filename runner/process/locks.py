"""Pidfile locks: an OS lock on a file that also names its holder.

The OS lock is the proof of life. The note in the file is for people and consoles:
a fixed-size record written in place, so that a reader never sees half of one and
the file that carries the lock is never replaced. Lock files are never unlinked.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from filelock import FileLock, Timeout

from runner.model.identity import Identity
from runner.process.identity import is_alive

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.system import LockHolder

_NOTE_BYTES = 512


class Holder(NamedTuple):
    """Who says to hold a lock. `since_ms` is wall time."""

    identity: Identity
    since_ms: int
    run_id: str | None


class PidLock:
    """An exclusive lock that a process holds until it releases it or dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(
            path,
            mode=0o600,
            thread_local=False,
            fallback_to_soft=False,
            preserve_lock_file=True,
        )

    def acquire(self, holder: Holder, *, wait_ms: int = 0) -> bool:
        """Take the lock and sign it; False where another process has it."""
        if not self.seize(wait_ms=wait_ms):
            return False
        self._write(holder)
        return True

    def seize(self, *, wait_ms: int = 0) -> bool:
        """Take the lock and leave the note of its last holder as it is."""
        try:
            self._lock.acquire(timeout=wait_ms / 1000, poll_interval=0.01)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        self._lock.release()

    def _write(self, holder: Holder) -> None:
        identity = holder.identity
        note = json.dumps(
            {
                "pid": identity.pid,
                "started": identity.started,
                "boot": identity.boot,
                "since_ms": holder.since_ms,
                "run_id": holder.run_id,
            }
        )
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.pwrite(descriptor, note.ljust(_NOTE_BYTES - 1).encode() + b"\n", 0)
        finally:
            os.close(descriptor)


def last_holder(path: Path) -> Holder | None:
    """Who signed the lock last, dead or alive; None where the note is unreadable."""
    try:
        note = json.loads(path.read_bytes())
        identity = Identity(int(note["pid"]), int(note["started"]), str(note["boot"]))
        return Holder(identity, int(note["since_ms"]), note["run_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def described(path: Path) -> LockHolder | None:
    """Who signed the lock last, for people; None where nobody did."""
    from runner.model.system import LockHolder

    holder = last_holder(path)
    if holder is None:
        return None
    return LockHolder(
        path=str(path),
        pid=holder.identity.pid,
        run_id=holder.run_id,
        since_ms=holder.since_ms,
        alive=is_alive(holder.identity),
    )


def living_holder(path: Path) -> Holder | None:
    """Who holds the lock, told by note and process identity, without touching it.

    Trying the lock to find out would make an innocent third party fail.
    """
    holder = last_holder(path)
    return holder if holder and is_alive(holder.identity) else None
