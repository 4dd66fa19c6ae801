"""Programs on a pseudo-terminal, as a person has them in front of them."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pexpect
import psutil

from bench.project import environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

DOWN, UP, END, ESCAPE = "\x1b[B", "\x1b[A", "\x1b[F", "\x1b"
PATIENCE_SECONDS = 60.0

_CHUNK = 1 << 16


class Terminal:
    """Reads what a program paints as it comes; `size` is in lines and columns."""

    def __init__(
        self, command: Sequence[str], home: Path, size: tuple[int, int] = (40, 120)
    ) -> None:
        program, *arguments = command
        self._program: pexpect.spawn[bytes] = pexpect.spawn(
            program,
            arguments,
            env={
                **environment(home),
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
            },
            dimensions=size,
        )
        self._begun = time.perf_counter()
        self._program.delaybeforesend = None
        self._painted = b""
        self.process = psutil.Process(self._program.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._program.close(force=True)

    def press(self, keys: str) -> None:
        """Send keys; what was painted before is forgotten."""
        self.watch(0)
        self._painted = b""
        self._begun = time.perf_counter()
        self._program.send(keys)

    def until(self, wanted: str) -> float:
        """Seconds from the last keys, or from exec, to the arrival of the wanted text.

        `wanted` is a regular expression.
        """
        self.find(wanted)
        return time.perf_counter() - self._begun

    def find(self, wanted: str) -> re.Match[bytes]:
        """The first match of a regular expression in what is painted after the keys."""
        pattern = re.compile(wanted.encode())
        deadline = self._begun + PATIENCE_SECONDS
        while (found := pattern.search(self._painted)) is None:
            left = deadline - time.perf_counter()
            assert left > 0, f"{wanted} was not painted, but {self._painted[-500:]!r}"
            self._read(left)
        return found

    def watch(self, seconds: float) -> bytes:
        """Let it paint for a while; all that was painted since the last keys."""
        deadline = time.perf_counter() + seconds
        while self._read(max(deadline - time.perf_counter(), 0)):
            pass
        return self._painted

    def cpu_seconds(self) -> float:
        """User and system time that the program has used."""
        times = self.process.cpu_times()
        return times.user + times.system

    def _read(self, within: float) -> bool:
        """Take in what comes next; False where nothing came in that time."""
        try:
            self._painted += self._program.read_nonblocking(_CHUNK, within)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF as end:
            message = f"it ended: {self._painted[-500:]!r}"
            raise AssertionError(message) from end
        return True
