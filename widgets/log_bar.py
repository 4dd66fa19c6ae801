"""The scroll bar of a log: by bytes, since nobody counts the lines of a long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.scrollbar import ScrollBar

from widgets.said import Said

if TYPE_CHECKING:
    from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp

_FINEST = 1_000
"""The thumb stands for at least this part of the whole."""


class LogBar(ScrollBar):
    """Says where it was dragged to."""

    class Dragged(Said):
        """To this share of the whole, from 0 to 1."""

        def __init__(self, bar: LogBar, share: float) -> None:
            super().__init__(bar)
            self.share = share

    class Paged(Said):
        """Somebody clicked above (-1) or below (1) the thumb."""

        def __init__(self, bar: LogBar, pages: int) -> None:
            super().__init__(bar)
            self.pages = pages

    def __init__(self) -> None:
        super().__init__(vertical=True)

    def point_at(self, top: int, bottom: int, size: int) -> None:
        """Show where the view is, all of it in bytes."""
        height = max(self.size.height, 1)
        ratio = min(size / max(bottom - top, 1), _FINEST) if size else 1
        # Dragging is measured in rows of the bar: so is what is seen.
        self.window_size = height
        self.window_virtual_size = round(height * max(ratio, 1))
        self.position = self.window_virtual_size * top / max(size, 1)

    def on_scroll_to(self, message: ScrollTo) -> None:
        message.stop()
        share = (message.y or 0) / max(self.window_virtual_size, 1)
        self.post_message(self.Dragged(self, min(max(share, 0), 1)))

    def on_scroll_up(self, message: ScrollUp) -> None:
        message.stop()
        self.post_message(self.Paged(self, -1))

    def on_scroll_down(self, message: ScrollDown) -> None:
        message.stop()
        self.post_message(self.Paged(self, 1))
