"""Passes a run's output on: to terminals sanitised, to pipes and files as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.cli.output import GONE
from runner.model.text import Sanitiser

if TYPE_CHECKING:
    from jobconsole.cli.diagnostics import Diagnostics
    from jobconsole.cli.output import Output
    from jobconsole.cli.session import Session


class Relay:
    """Where the two streams of a run go.

    With `enduring`, a reader that is gone is an end to passing on, not to the program.
    """

    def __init__(self, session: Session, *, enduring: bool = False) -> None:
        self._sinks: dict[str, Output | Diagnostics] = {
            "stdout": session.output,
            "stderr": session.diagnostics,
        }
        self._sanitisers = {
            name: Sanitiser(colour=sink.terminal.colour)
            for name, sink in self._sinks.items()
            if sink.terminal.interactive
        }
        self._enduring = enduring
        self._at_line_start = True

    def pass_on(self, stream: str, data: bytes) -> None:
        sanitiser = self._sanitisers.get(stream)
        if sanitiser is not None:
            data = sanitiser.feed(data).encode("utf-8", "replace")
            self._at_line_start = data.endswith(b"\n") if data else self._at_line_start
        self._write(stream, data)

    def finish(self) -> None:
        """Write what was held back, end colours and, on a terminal, the last line."""
        for stream, sanitiser in self._sanitisers.items():
            self._write(stream, sanitiser.finish().encode("utf-8", "replace"))
        if self._sanitisers and not self._at_line_start:
            self._write(next(iter(self._sanitisers)), b"\n")

    def _write(self, stream: str, data: bytes) -> None:
        sink = self._sinks.get(stream)
        if sink is None or not data:
            return
        try:
            sink.raw(data)
        except OSError as error:
            if not self._enduring or error.errno not in GONE:
                raise
            del self._sinks[stream]
            sink.abandon()
