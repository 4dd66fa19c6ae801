"""Asks what is to be done to all marked jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from jobconsole.parts.dialog import Dialog
from jobconsole.parts.look import content
from widgets.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

DEEDS = ("run", "stop", "pause", "resume", "skip", "disable", "enable")
NAMES_SHOWN = 5


class Bulk(Dialog[str | None]):
    """One of DEEDS, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="bulk.cancel"),
    ]

    FOCUS = "OptionList"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        count = len(self._names)
        shown = ", ".join(self._names[:NAMES_SHOWN])
        more = f" and {count - NAMES_SHOWN} more" if count > NAMES_SHOWN else ""
        title = f"{count} marked job{'s' if count > 1 else ''}"
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(content([Piece(title, "strong")]), classes="title")
            yield Static(content([Piece(f"{shown}{more}")]), classes="names")
            yield OptionList(*(Option(deed, id=deed) for deed in DEEDS))

    def on_option_list_option_selected(
        self, message: OptionList.OptionSelected
    ) -> None:
        self.dismiss(message.option.id)

    def action_leave(self) -> None:
        self.dismiss(None)
