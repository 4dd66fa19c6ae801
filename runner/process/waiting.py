"""Waiting for one child to end, without losing a millisecond or its status.

A status can be read once: only the watch of a run's child reads it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from types import FrameType


class Exit(NamedTuple):
    """How a child ended. Both None: its status was read by somebody else."""

    code: int | None
    signal: int | None


UNKNOWN_EXIT = Exit(None, None)
"""Never to be taken for 0."""


class ChildWatch(Protocol):
    """Tells when one child has ended, and how."""

    def ended(self, timeout_ms: int) -> bool:
        """Wait until the child has ended, at most so long."""
        ...

    def reap(self) -> Exit:
        """The status of the child, once it has ended."""
        ...

    def close(self) -> None: ...


class PidfdWatch:
    """Linux: a descriptor that becomes readable when the child ends."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._descriptor = os.pidfd_open(pid)
        self._poll = select.poll()
        self._poll.register(self._descriptor, select.POLLIN)

    def ended(self, timeout_ms: int) -> bool:
        return bool(self._poll.poll(max(timeout_ms, 0)))

    def reap(self) -> Exit:
        return _wait(self._pid, 0) or UNKNOWN_EXIT

    def close(self) -> None:
        os.close(self._descriptor)


class SignalWatch:
    """Elsewhere: SIGCHLD wakes a poll, then the child is asked for."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._exit: Exit | None = None
        self._wake, self._wakened = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._wakened, False)
        self._handler = signal.signal(signal.SIGCHLD, _ignore)
        self._previous = signal.set_wakeup_fd(self._wakened, warn_on_full_buffer=False)
        self._poll = select.poll()
        self._poll.register(self._wake, select.POLLIN)

    def ended(self, timeout_ms: int) -> bool:
        if not self._looked() and self._poll.poll(max(timeout_ms, 0)):
            os.read(self._wake, 4096)
        return self._looked()

    def reap(self) -> Exit:
        return self._exit or UNKNOWN_EXIT

    def close(self) -> None:
        signal.set_wakeup_fd(self._previous)
        signal.signal(signal.SIGCHLD, self._handler)
        os.close(self._wake)
        os.close(self._wakened)

    def _looked(self) -> bool:
        """Whether it has ended; if so its status is kept, as it is read once."""
        if self._exit is None:
            self._exit = _wait(self._pid, os.WNOHANG)
        return self._exit is not None


def watch(pid: int) -> ChildWatch:
    """The sharpest watch that this machine has."""
    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):  # an old kernel, or a strict sandbox
            return PidfdWatch(pid)
    return SignalWatch(pid)


def reap_others() -> list[int]:
    """Read the status of every other child that has ended; their pids.

    Only where no run's own child is left to be reaped.
    """
    reaped: list[int] = []
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return reaped
        if pid == 0:
            return reaped
        reaped.append(pid)


def _wait(pid: int, flags: int) -> Exit | None:
    """The status, None while the child lives. waitid is not on every macOS Python."""
    try:
        found, status = os.waitpid(pid, flags)
    except ChildProcessError:
        return UNKNOWN_EXIT
    if found == 0:
        return None
    if os.WIFSIGNALED(status):
        return Exit(None, os.WTERMSIG(status))
    return Exit(os.WEXITSTATUS(status), None)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """A handler must exist for the wake-up descriptor to be written."""
