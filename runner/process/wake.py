"""Waiting that signals and other threads can end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType, TracebackType

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Wake:
    """Use it as a context in the main thread: until its end, it owns those signals.

    `stopping` is set by the first of them.
    """

    def __init__(self) -> None:
        self.stopping = False
        self._theirs, self._ours = os.pipe()
        for descriptor in (self._theirs, self._ours):
            os.set_blocking(descriptor, False)
        self._poll = select.poll()
        self._poll.register(self._theirs, select.POLLIN)

    def __enter__(self) -> Self:
        # Who was told to ignore one, by nohup or a shell's `&`, goes on doing so.
        heeded = [it for it in ENDING if signal.getsignal(it) is not signal.SIG_IGN]
        self._before = {it: signal.signal(it, self._stop) for it in heeded}
        # Wakes `poll`, which Python would otherwise begin anew after a signal.
        self._descriptor = signal.set_wakeup_fd(self._ours, warn_on_full_buffer=False)
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(self._descriptor)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        for descriptor in (self._theirs, self._ours):
            os.close(descriptor)

    def wait(self, ms: int) -> bool:
        """Wait so long at the most; whether somebody woke us."""
        if not self._poll.poll(max(ms, 0)):
            return False
        with contextlib.suppress(BlockingIOError):
            while os.read(self._theirs, 4096):
                pass
        return True

    def rouse(self) -> None:
        """End the waiting, from any thread."""
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._ours, b"!")

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True
