"""What the board will hold, until there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Center, Middle
from textual.widgets import Static

from jobconsole.parts.look import paragraph
from jobconsole.screens.frame import ConsoleScreen
from widgets.pieces import Piece

if TYPE_CHECKING:
    from textual.app import ComposeResult

TEXT = (
    "The board is not part of this version.",
    "",
    "It will hold the tasks of SPRINT_QUEUE.json in the columns of their flow,",
    "who works on each, since when, and under which lease;",
    "agents take their tasks from it.",
    "",
    "1 goes back to the jobs.",
)


class BoardScreen(ConsoleScreen):
    """An empty state that says what is to come."""

    VIEW = "board"

    def body(self) -> ComposeResult:
        with Middle(), Center():
            yield Static(paragraph([(Piece(line),) for line in TEXT]))
