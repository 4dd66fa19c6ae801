"""Owns standard output: lines, tables, JSON, and the bytes of other programs.

A tick imports this, so what makes tables is imported when one is made.
"""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobconsole.cli.table import Column, Row
    from jobconsole.marks import Style
    from jobconsole.wiring import Terminal
    from runner.model.errors import Json

SCHEMA = 1
"""The version of every JSON document that is an object."""


GONE = frozenset({errno.EPIPE, errno.EIO})
"""The reader closed the pipe, or the terminal is no more."""


class Output:
    """Standard output, and what it can show."""

    def __init__(self, stream: TextIO, terminal: Terminal) -> None:
        self.terminal = terminal
        self._stream = stream

    def line(self, text: str = "") -> None:
        """One line of ours. What it quotes from elsewhere has been sanitised."""
        encoding = self._stream.encoding
        self._stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")

    def foreign(self, text: str) -> None:
        """A line of somebody else's text."""
        from runner.model.text import sanitise

        self.line(sanitise(text))

    def json(self, value: Json, *, compact: bool = False) -> None:
        """A JSON document. ASCII alone, so that it is safe on every terminal."""
        self._stream.write(json.dumps(value, indent=None if compact else 2) + "\n")

    def table(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        from jobconsole.cli.table import render

        for line in render(columns, rows, self.terminal):
            self.line(line)

    def fields(self, fields: Sequence[tuple[str, str]]) -> None:
        """Names and values, one under the other; fields without a value are left out.

        A name that is empty continues the field above.
        """
        from jobconsole.cli.table import paint, wrap
        from jobconsole.marks import Style
        from runner.model.text import one_line

        present = [(name, one_line(value)) for name, value in fields if value]
        column = max((len(name) for name, _ in present), default=0) + 4
        for name, value in present:
            first, *more = wrap(value, self.terminal.width, " " * column) or [""]
            label = f"  {name}".ljust(column)
            self.line(paint(label, Style.FAINT, self.terminal) + first[column:])
            for line in more:
                self.line(line)

    def painted(self, text: str, style: Style) -> str:
        from jobconsole.cli.table import paint

        return paint(text, style, self.terminal)

    def raw(self, data: bytes) -> None:
        """Bytes as they are: for pipes and files."""
        self._stream.flush()
        self._stream.buffer.write(data)
        self._stream.buffer.flush()

    def flush(self) -> None:
        self._stream.flush()

    def abandon(self) -> None:
        """Nobody reads any more."""
        abandon(self._stream)


def abandon(stream: TextIO) -> None:
    """Let what is buffered, and all that follows, go nowhere without a word."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
