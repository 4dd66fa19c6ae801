"""What the five views have in common: masthead above, keys below."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, ClassVar

from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from jobconsole.parts.masthead import Masthead
from jobconsole.parts.part import Part
from widgets.keybar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runner.model.snapshot import Snapshot


TOO_SMALL = "jobconsole needs 80 columns and 20 lines.\n\nMake the terminal larger."


class Shown(Message, bubble=False):
    """The project as it is now: to be shown."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Shown)


class Beat(Message, bubble=False):
    """A second has passed."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Beat)


class ConsoleScreen(Part, Screen[None]):
    """One of the five views."""

    VIEW: ClassVar[str] = ""

    def compose(self) -> ComposeResult:
        yield Masthead(self.VIEW)
        yield from self.body()
        keys = KeyBar()
        keys.ascii = self.console.stage.ascii
        yield keys
        yield Static(TOO_SMALL, id="small")

    def body(self) -> ComposeResult:
        """What is between masthead and keys."""
        raise NotImplementedError

    def take(self, snapshot: Snapshot) -> None:
        """Show the project as it is now."""
        self.query_one(Masthead).take(snapshot)
        self.show(snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Show what this view is about."""

    def beat(self) -> None:
        """Paint what tells of passing time."""
        self.query_one(Masthead).beat()

    def on_screen_resume(self) -> None:
        if self.console.snapshot is not None:
            self.post_message(Shown(self.console.snapshot))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is done on a view that cannot be seen."""
        if self.has_class("-small") or self.has_class("-low"):
            return False
        return super().check_action(action, parameters)

    def on_shown(self, message: Shown) -> None:
        # A view that is being taken down has nothing left to show it in.
        with contextlib.suppress(NoMatches):
            self.take(message.snapshot)

    def on_beat(self) -> None:
        with contextlib.suppress(NoMatches):
            self.beat()
