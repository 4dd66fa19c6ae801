"""The line in which commands are typed, with the words of the command line."""

from __future__ import annotations

import asyncio
import shlex
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Label, Static

from jobconsole.parts.dialog import Dialog
from jobconsole.parts.look import content
from widgets.entry import Entry
from widgets.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from jobconsole.stage import CommandLine

OFFERED = 60
"""How many completions are shown at most."""


class CommandScreen(Dialog[list[str] | None]):
    """The words that were typed; None where the person left. Tab completes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="command.cancel"),
        Binding("tab", "complete", "Complete", id="command.complete", priority=True),
        Binding("up", "older", "Command before", show=False, id="command.older"),
        Binding("down", "newer", "Command after", show=False, id="command.newer"),
    ]

    FOCUS = "#typed"

    def __init__(
        self, line: CommandLine, own_words: Sequence[str], before: Sequence[str]
    ) -> None:
        super().__init__()
        self._line = line
        self._offers_line = Static(id="offers")
        self._own_words = own_words
        self._before = [*before, ""]
        self._at = len(before)

    def compose(self) -> ComposeResult:
        with Vertical(classes="command"):
            yield self._offers_line
            with Horizontal():
                yield Label(":")
                yield Entry(id="typed", placeholder="run JOB, history, theme light")

    def on_show(self) -> None:
        self._offer()

    def on_input_changed(self) -> None:
        self._offer()

    def on_input_submitted(self, message: Entry.Submitted) -> None:
        try:
            words = shlex.split(message.value)
        except ValueError as error:
            self.workers.cancel_group(self, "offer")
            self._say(f"{error}", "bad")
            return
        self.dismiss(words or None)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_older(self) -> None:
        self._recall(-1)

    def action_newer(self) -> None:
        self._recall(1)

    @work(exclusive=True, group="complete")
    async def action_complete(self) -> None:
        """Go on as far as all completions agree."""
        words, begun = self._typed()
        offers = await self._offers(words, begun)
        common = _common(offers)
        if len(common) > len(begun):
            whole = f"{common} " if len(offers) == 1 else common
            typed = self._input.value
            self._input.value = typed[: len(typed) - len(begun)] + whole
            self._input.cursor_position = len(self._input.value)

    @work(exclusive=True, group="offer")
    async def _offer(self) -> None:
        offers = await self._offers(*self._typed())
        more = "  ..." if len(offers) > OFFERED else ""
        self._say("  ".join(offers[:OFFERED]) + more, "faint")

    async def _offers(self, words: list[str], begun: str) -> list[str]:
        own = [] if words else [it for it in self._own_words if it.startswith(begun)]
        found = await asyncio.to_thread(self._line.complete, words, begun)
        return [*own, *(it for it in found if it not in own)]

    def _typed(self) -> tuple[list[str], str]:
        """The words before the last one, and what there is of that."""
        text = self._input.value
        head, _, begun = text.rpartition(" ")
        try:
            return shlex.split(head), begun
        except ValueError:
            return [], begun

    def _recall(self, by: int) -> None:
        self._before[self._at] = self._input.value
        self._at = min(max(self._at + by, 0), len(self._before) - 1)
        self._input.value = self._before[self._at]
        self._input.cursor_position = len(self._input.value)

    def _say(self, text: str, style: str) -> None:
        self._offers_line.update(content([Piece(text, style)]))

    @property
    def _input(self) -> Entry:
        return self.query_one("#typed", Entry)


def _common(offers: Sequence[str]) -> str:
    """The beginning that all of them share."""
    if not offers:
        return ""
    first, last = min(offers), max(offers)
    length = 0
    while length < len(first) and first[length] == last[length : length + 1]:
        length += 1
    return first[:length]
