"""Shows lines that somebody else has painted, and repaints those that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence


class Canvas(Widget):
    """As many lines as it is given; blank below."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._strips: list[Strip] = []

    def show(self, strips: Sequence[Strip]) -> None:
        before, self._strips = self._strips, list(strips)
        width, longest = self.size.width, max(len(before), len(strips))
        regions = [
            Region(0, y, width, 1)
            for y in range(longest)
            if before[y : y + 1] != self._strips[y : y + 1]
        ]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)
