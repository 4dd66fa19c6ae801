"""One line in which a filter is typed; every key shows what it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Label, Static

from jobconsole.filters import Filter, parse
from jobconsole.parts.look import content
from widgets.entry import Entry
from widgets.pieces import Piece

if TYPE_CHECKING:
    from textual.app import ComposeResult


class FilterLine(Horizontal):
    """Hidden until it is asked for. Enter keeps the filter, escape clears it.

    `words` shows what can be said.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "clear", id="filter.clear"),
    ]

    class Changed(Message):
        """The filter is another one now; `said` is what to show of it."""

        def __init__(self, chosen: Filter, text: str) -> None:
            super().__init__()
            self.filter = chosen
            self.said = f"filter: {text}" if text.strip() else ""

    class Left(Message):
        """The person is done with it."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def compose(self) -> ComposeResult:
        yield Label("/")
        yield Entry(placeholder=self._words)
        yield Static(id="problem")

    def on_mount(self) -> None:
        self.display = False

    def ask(self) -> None:
        """Let a filter be typed, or the present one be changed."""
        self.display = True
        self.screen.set_focus(self.query_one(Entry))

    def clear(self) -> None:
        self.query_one(Entry).value = ""
        self._leave()

    def action_clear(self) -> None:
        self.clear()

    def on_input_changed(self, message: Entry.Changed) -> None:
        message.stop()
        chosen = parse(message.value)
        problem = Piece(chosen.problem or "", "bad")
        self.query_one("#problem", Static).update(content([problem]))
        self.post_message(self.Changed(chosen, message.value))

    def on_input_submitted(self, message: Entry.Submitted) -> None:
        message.stop()
        if not parse(message.value).problem:
            self._leave()

    def _leave(self) -> None:
        self.display = False
        self.post_message(self.Left())
