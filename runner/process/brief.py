"""Runs a short command to its end, whatever it does, and keeps what it said last."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING, NamedTuple

from runner.process.clock import Clock, SystemClock
from runner.process.session import end_sessions, has_ended
from runner.process.spawn import spawn_overheard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_LOOK_MS = 10
"""How soon an end is seen that does not show as the end of the output."""

_ASK_MS = 200
"""How soon somebody who wants an end is heard."""

_ABOUT_TO_END_MS = 1
"""Between looks at one whose output has ended: few live on for long."""

_CHUNK = 65_536
_MOST_CHUNKS_LEFT = 16
"""A pipe holds no more; one who writes for ever is not heard out."""


class Patience(NamedTuple):
    """How long to wait, in awake time; `proceed` is asked now and then."""

    ms: int
    proceed: Callable[[], bool] = lambda: True


class Brief(NamedTuple):
    """How a short command ended; `output` is stdout and stderr as they came.

    `exit_code` None: it was ended by a signal, which may have been ours.
    """

    exit_code: int | None
    output: str
    timed_out: bool


def run_briefly(
    argv: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    within: Patience,
    most_bytes: int,
) -> Brief:
    """Run a command; its whole session ends with it, or when its time is over.

    The last `most_bytes` of the output are kept. Raises LaunchError where it cannot be
    started.
    """
    clock = SystemClock()
    pid, pipe = spawn_overheard(argv, cwd, environment)
    output = _Output(pipe, most_bytes)
    in_time = False
    try:
        in_time = _ended_in_time(pid, output, _Deadline(clock, within))
    finally:
        exit_ = end_sessions([pid], clock)[pid]
        output.finish()
    return Brief(exit_.code if in_time else None, output.text(), not in_time)


class _Deadline:
    """The time that is left; none if somebody wants an end."""

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self.clock, self._proceed = clock, patience.proceed
        self._end = clock.awake_ms() + patience.ms
        self._ask_at = clock.awake_ms() + _ASK_MS

    def left_ms(self) -> int:
        now_ms = self.clock.awake_ms()
        if now_ms >= self._ask_at:
            self._ask_at = now_ms + _ASK_MS
            if not self._proceed():
                self._end = now_ms
        return max(self._end - now_ms, 0)


def _ended_in_time(pid: int, output: _Output, deadline: _Deadline) -> bool:
    """Listen until the command has ended; False when it does not in time.

    The end of the output is no end, and an end need not end the output: children of
    the command may hold on to it.
    """
    while not has_ended(pid):
        left_ms = deadline.left_ms()
        if not left_ms:
            return False
        if output.open:
            output.listen(min(left_ms, _LOOK_MS))
        else:
            deadline.clock.sleep(_ABOUT_TO_END_MS)
    return True


class _Output:
    """The last bytes of what comes through a pipe that does not block."""

    def __init__(self, pipe: int, most_bytes: int) -> None:
        self._pipe, self._most_bytes = pipe, most_bytes
        self._kept = bytearray()
        self._poll = select.poll()
        self._poll.register(pipe, select.POLLIN)
        self.open = True

    def listen(self, timeout_ms: int) -> bool:
        """Wait so long for the next bytes; whether any came."""
        if not self._poll.poll(timeout_ms):
            return False
        chunk = os.read(self._pipe, _CHUNK)
        self._kept += chunk
        del self._kept[: max(len(self._kept) - self._most_bytes, 0)]
        self.open = bool(chunk)
        return self.open

    def finish(self) -> None:
        """Take what is still in the pipe, and close it."""
        for _ in range(_MOST_CHUNKS_LEFT):
            if not self.open or not self.listen(0):
                break
        os.close(self._pipe)

    def text(self) -> str:
        return self._kept.decode("utf-8", "replace")
