"""Asks before something that cannot be undone. No is the answer unless one says yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from jobconsole.parts.dialog import Dialog
from jobconsole.parts.look import content, paragraph
from widgets.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult

    from widgets.pieces import Pieces


LOOK_SECONDS = 2.0


class Confirm(Dialog[bool]):
    """A question, what one should know before answering, No and Yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("n,escape", "answer(False)", "No", id="confirm.no"),
        Binding("left,right", "other", "Other answer", show=False),
    ]
    FOCUS = "#no"

    def __init__(
        self,
        question: str,
        known: Callable[[], Awaitable[Sequence[Pieces]]] | None = None,
    ) -> None:
        super().__init__()
        self._question = question
        self._known = known

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(content([Piece(self._question, "strong")]), classes="title")
            yield Static(classes="known")
            with Horizontal(classes="buttons"):
                yield Button("No", id="no")
                yield Button("Yes", id="yes", variant="error")

    def on_show(self) -> None:
        self.query_one(".known", Static).display = self._known is not None
        self._tell()
        self.set_interval(LOOK_SECONDS, self._tell)

    @work(exclusive=True)
    async def _tell(self) -> None:
        """What is known, anew as long as the question stands."""
        if self._known is not None:
            lines = await self._known()
            self.query_one(".known", Static).update(paragraph(lines))

    def on_button_pressed(self, message: Button.Pressed) -> None:
        self.dismiss(message.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def action_other(self) -> None:
        focused = self.query_one("#yes" if self.query_one("#no").has_focus else "#no")
        focused.focus()
