"""A page of text in front of everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from jobconsole.parts.look import content
from jobconsole.parts.part import Part
from widgets.keybar import KeyBar
from widgets.lines import Lines
from widgets.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from widgets.pieces import Pieces


class Page(Part, Screen[None]):
    """A title and lines to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "back", id="page.back"),
    ]
    AUTO_FOCUS = "Lines"

    def __init__(self, title: str, lines: Sequence[Pieces] = ()) -> None:
        super().__init__()
        self._title = title
        self._first_lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(content([Piece(self._title, "strong")]), classes="title")
            yield from self.body()
        keys = KeyBar()
        keys.ascii = self.console.stage.ascii
        yield keys

    def body(self) -> ComposeResult:
        """What stands below the title."""
        lines = Lines()
        lines.ascii = self.console.stage.ascii
        lines.show(self._first_lines)
        yield lines

    def tell(self, lines: Sequence[Pieces]) -> None:
        """Show other lines."""
        self.query_one(Lines).show(lines)

    def action_leave(self) -> None:
        self.dismiss(None)
