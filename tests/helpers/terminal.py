"""A program in a real terminal: a pty, a screen that shows what reaches it, and keys."""

from __future__ import annotations

import contextlib
import re
import signal
import sys
import termios
from typing import TYPE_CHECKING, Any, NamedTuple

import pexpect
import pyte

from runner.process.environment import current
from tests.helpers.wait import PATIENCE_SECONDS, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)
"""Columns and rows."""

ENTER, ESCAPE, TAB, DOWN = "\r", "\x1b", "\t", "\x1b[B"
CTRL_C, CTRL_P, CLEAR = "\x03", "\x10", "\x15"

CHUNK_BYTES = 65_536

KEYBOARD_PROTOCOL = re.compile(rb"\x1b\[[<=>][0-9;]*u")
"""What pyte would print, as it does not know it."""

MODE = re.compile(rb"\x1b\[\?(\d+)([hl])")
AS_FOUND = {
    b"1049": b"l",  # alternate screen
    b"25": b"h",  # cursor
    b"7": b"h",  # wrap
    b"1000": b"l",  # mouse
    b"1003": b"l",
    b"1006": b"l",
    b"1015": b"l",
    b"1004": b"l",  # focus
    b"2004": b"l",  # bracketed paste
}
"""How a terminal is before a full-screen program touches it."""

LOCAL_FLAGS = 3
COOKED = termios.ECHO | termios.ICANON | termios.ISIG

FOREIGN = (
    *("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TERM_PROGRAM", "TMUX", "STY"),
    *("COLUMNS", "LINES", "LC_ALL", "LC_CTYPE", "PAGER", "VISUAL", "EDITOR"),
)
"""What a developer's terminal may say, and a test must not hear."""


class Ended(NamedTuple):
    """How a program ended: one of the two is set."""

    code: int | None
    signal: int | None


class Terminal:
    """A program and the terminal that it runs in.

    `raw` is every byte that reached the terminal, in order.
    """

    def __init__(self, child: pexpect.spawn[bytes], size: tuple[int, int]) -> None:
        self.raw = bytearray()
        self._child = child
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._lines: list[str] | None = None

    @property
    def pid(self) -> int:
        assert self._child.pid is not None
        return self._child.pid

    @property
    def lines(self) -> list[str]:
        """What is on the screen now, without the blanks at the ends of lines."""
        self.read()
        if self._lines is None:
            self._lines = [line.rstrip() for line in self._screen.display]
        return [*self._lines]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def line_with(self, *words: str) -> str:
        """The first line that has all these words; empty where there is none."""
        return next((it for it in self.lines if all(word in it for word in words)), "")

    def press(self, *keys: str) -> None:
        """Type. An escape is to be waited for: with the next key it means Alt."""
        for key in keys:
            self._child.send(key)

    def click(self, text: str) -> None:
        """Press and release the mouse on the first place of this text."""
        lines = self.lines
        row = next(row for row, line in enumerate(lines) if text in line)
        place = f"{lines[row].index(text) + 1};{row + 1}"
        self.press(f"\x1b[<0;{place}M", f"\x1b[<0;{place}m")

    def resize(self, columns: int, rows: int) -> None:
        self.read()
        self._screen.resize(rows, columns)
        self._lines = None
        self._child.setwinsize(rows, columns)

    def wipe(self) -> None:
        """Forget what is on the screen, so that only what is painted anew is seen."""
        self.read()
        self._screen.erase_in_display(2)
        self._lines = None

    def read(self) -> None:
        """Take what has arrived."""
        with contextlib.suppress(pexpect.TIMEOUT, pexpect.EOF):
            while True:
                arrived = self._child.read_nonblocking(CHUNK_BYTES, timeout=0)
                self.raw += arrived
                self._lines = None
                self._stream.feed(KEYBOARD_PROTOCOL.sub(b"", arrived))

    def wait_for(self, *wanted: str | Callable[[], object]) -> None:
        """Wait until all of these texts are on the screen, and conditions true."""

        def there() -> bool:
            text = self.text
            return all(it in text if isinstance(it, str) else it() for it in wanted)

        try:
            wait_until(there, repr(wanted))
        except AssertionError as error:
            error.add_note(self.text)
            raise

    def wait_without(self, text: str) -> None:
        """Wait until this is not on the screen any more."""
        self.wait_for(lambda: text not in self.text)

    def finish(self, within: float = PATIENCE_SECONDS) -> Ended:
        """Wait until the program has ended, and take all that it still said."""

        def over() -> bool:
            if not self._child.closed:
                self.read()
            return not self._child.isalive()

        wait_until(over, "the program to end", within=within)
        if not self._child.closed:
            self.read()
        return Ended(self._child.exitstatus, self._child.signalstatus)

    def hang_up(self) -> None:
        """Close the terminal as its window is closed, or as a connection is lost."""
        process: Any = self._child
        process.ptyproc.fileobj.close()
        process.closed = process.ptyproc.closed = True

    def assert_restored(self) -> None:
        """The program left the terminal as it had found it, and no debris on it."""
        self.read()
        last = dict(MODE.findall(self.raw))
        assert last == {mode: AS_FOUND.get(mode) for mode in last}
        assert self.raw.count(b"\x1b[>25u") == self.raw.count(b"\x1b[<u")
        flags = termios.tcgetattr(self._child.child_fd)[LOCAL_FLAGS]
        assert flags & COOKED == COOKED
        assert b"Traceback" not in self.raw
        assert b"Error" not in self.raw


@contextlib.contextmanager
def terminal(
    argv: Sequence[str],
    cwd: Path,
    size: tuple[int, int] = MIDDLE,
    environment: Mapping[str, str | None] | None = None,
) -> Iterator[Terminal]:
    """A program in a terminal of its own, which takes it along in the end."""
    columns, rows = size
    child: pexpect.spawn[bytes] = pexpect.spawn(
        argv[0],
        list(argv[1:]),
        cwd=str(cwd),
        env=_surroundings(cwd, environment or {}),
        dimensions=(rows, columns),
    )
    child.delaybeforesend = None
    try:
        yield Terminal(child, size)
    finally:
        if child.isalive():
            child.kill(signal.SIGKILL)
            child.wait()
        if not child.closed:
            child.close()


@contextlib.contextmanager
def console(
    root: Path,
    *options: str,
    size: tuple[int, int] = MIDDLE,
    environment: Mapping[str, str | None] | None = None,
) -> Iterator[Terminal]:
    """The console of the project in a folder, once it shows the jobs."""
    with opening(root, *options, size=size, environment=environment) as opened:
        opened.wait_for("KIND/ROLE")
        yield opened


def opening(
    root: Path,
    *options: str,
    size: tuple[int, int] = MIDDLE,
    environment: Mapping[str, str | None] | None = None,
) -> contextlib.AbstractContextManager[Terminal]:
    """The same, which may not get that far."""
    argv = [sys.executable, "-P", "-m", "jobconsole", *options]
    return terminal(argv, root, size, environment)


def _surroundings(cwd: Path, changes: Mapping[str, str | None]) -> dict[str, str]:
    """Our environment as a terminal's shell has it; None takes a variable away."""
    ours: dict[str, str | None] = {**current()}
    ours.update(dict.fromkeys(FOREIGN))
    home = f"{cwd}.home"
    ours.update(TERM="xterm-256color", LANG="C.UTF-8", HOME=home)
    ours.update(XDG_CONFIG_HOME=f"{home}/config", XDG_STATE_HOME=f"{home}/state")
    ours.update(changes)
    return {name: value for name, value in ours.items() if value is not None}
