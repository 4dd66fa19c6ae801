"""Asks for one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from jobconsole.parts.dialog import Dialog
from jobconsole.parts.look import content
from widgets.entry import Entry
from widgets.pieces import Piece

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Prompt(Dialog[str | None]):
    """What was typed; None where the person left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="prompt.cancel"),
    ]

    FOCUS = "Entry"

    def __init__(self, question: str, proposed: str, explained: str) -> None:
        super().__init__()
        self._question = question
        self._proposed = proposed
        self._explained = explained

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(content([Piece(self._question, "strong")]), classes="title")
            yield Entry(self._proposed, placeholder=self._explained)

    def on_input_submitted(self, message: Entry.Submitted) -> None:
        self.dismiss(message.value)

    def action_leave(self) -> None:
        self.dismiss(None)
