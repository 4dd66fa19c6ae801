"""Asks before something that cannot be undone. No is the answer unless one says yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from jobconsole.screens.look import content, paragraph
from widgets.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from widgets.pieces import Pieces


class Confirm(ModalScreen[bool]):
    """A question, what one should know before answering, No and Yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("n,escape", "answer(False)", "No", id="confirm.no"),
        Binding("left,right", "other", "Other answer", show=False),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, question: str, known: Sequence[Pieces] = ()) -> None:
        super().__init__()
        self._question = question
        self._known = known

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(content([Piece(self._question, "strong")]), classes="title")
            if self._known:
                yield Static(paragraph(self._known), classes="known")
            with Horizontal(classes="buttons"):
                yield Button("No", id="no")
                yield Button("Yes", id="yes", variant="error")

    def on_button_pressed(self, message: Button.Pressed) -> None:
        self.dismiss(message.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def action_other(self) -> None:
        focused = self.query_one("#yes" if self.query_one("#no").has_focus else "#no")
        focused.focus()
