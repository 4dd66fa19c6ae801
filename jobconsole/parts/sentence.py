"""One line of pieces, which changes often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from jobconsole.parts.look import content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from widgets.pieces import Piece


class Sentence(Static):
    """Another line of the same width needs no new layout of the whole screen."""

    _said: Sequence[Piece] = ()

    def say(self, pieces: Sequence[Piece]) -> None:
        if pieces != self._said:
            before, self._said = content(self._said), pieces
            now = content(pieces)
            self.update(now, layout=now.cell_length != before.cell_length)
