"""Waiting for one child to end, without losing a millisecond or its status.

`waitid` elsewhere in the process would steal a status: only the reaper here reads
that of a run's child.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from types import FrameType


class Exit(NamedTuple):
    """How a child ended. Both None: its status was read by somebody else."""

    code: int | None
    signal: int | None


class ChildWatch(Protocol):
    """Tells when one child has ended."""

    def ended(self, timeout_ms: int) -> bool:
        """Wait until the child has ended, at most so long; it is not reaped."""
        ...

    def close(self) -> None: ...


class PidfdWatch:
    """Linux: a descriptor that becomes readable when the child ends."""

    def __init__(self, pid: int) -> None:
        self._descriptor = os.pidfd_open(pid)
        self._poll = select.poll()
        self._poll.register(self._descriptor, select.POLLIN)

    def ended(self, timeout_ms: int) -> bool:
        return bool(self._poll.poll(max(timeout_ms, 0)))

    def close(self) -> None:
        os.close(self._descriptor)


class SignalWatch:
    """Elsewhere: SIGCHLD wakes a poll, then the child is looked at."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._wake, self._wakened = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._wakened, False)
        self._handler = signal.signal(signal.SIGCHLD, _ignore)
        self._previous = signal.set_wakeup_fd(self._wakened, warn_on_full_buffer=False)
        self._poll = select.poll()
        self._poll.register(self._wake, select.POLLIN)

    def ended(self, timeout_ms: int) -> bool:
        if self._has_ended():
            return True
        if self._poll.poll(max(timeout_ms, 0)):
            os.read(self._wake, 4096)
        return self._has_ended()

    def close(self) -> None:
        signal.set_wakeup_fd(self._previous)
        signal.signal(signal.SIGCHLD, self._handler)
        os.close(self._wake)
        os.close(self._wakened)

    def _has_ended(self) -> bool:
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self._pid, flags) is not None
        except ChildProcessError:
            return True


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """A handler must exist for the wake-up descriptor to be written."""


def watch(pid: int) -> ChildWatch:
    return PidfdWatch(pid) if sys.platform == "linux" else SignalWatch(pid)


def reap(pid: int) -> Exit:
    """Read the status of a child that has ended. Unknown is never 0."""
    try:
        result = os.waitid(os.P_PID, pid, os.WEXITED)
    except ChildProcessError:
        return Exit(None, None)
    if result is None:
        return Exit(None, None)
    if result.si_code == os.CLD_EXITED:
        return Exit(result.si_status, None)
    return Exit(None, result.si_status)
