"""Lines in several styles, to scroll through; only those that change are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from widgets.looks import Looks, classes_of, css_of, paint
from widgets.painting import ASCII, UNICODE
from widgets.pieces import Pieces, clean_pieces, fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.binding import BindingType
    from textual.strip import Strip


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines as they are given, cut where they are too wide."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", show=False, id="lines.up"),
        Binding("down,j", "scroll_down", "Down", show=False, id="lines.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="lines.pageup"),
        Binding("pagedown", "page_down", "Page down", show=False, id="lines.pagedown"),
        Binding("home,g", "scroll_home", "First", show=False, id="lines.first"),
        Binding("end,G", "scroll_end", "Last", show=False, id="lines.last"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = classes_of("lines")
    DEFAULT_CSS = (
        css_of("Lines", "lines")
        + """
    Lines {
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
    }
    """
    )

    ascii: reactive[bool] = reactive(default=False)
    """Shapes for terminals without Unicode."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._given: tuple[Pieces, ...] = ()
        self._lines: tuple[Pieces, ...] = ()
        self._looks = Looks(self, "lines")

    def show(self, lines: Iterable[Pieces]) -> None:
        self._given = tuple(clean_pieces(line) for line in lines)
        self.update()

    def laid_out(self, width: int) -> Sequence[Pieces]:  # noqa: ARG002
        """The lines for this width, clean."""
        return self._given

    def update(self) -> None:
        """Lays out anew, and repaints the lines that differ."""
        old, width = self._lines, self.scrollable_content_region.width
        if not width:
            return  # A resize will come.
        self._lines = tuple(self.laid_out(width))
        if len(old) != len(self._lines):
            self.virtual_size = Size(0, len(self._lines))
            if self.scroll_y > self.max_scroll_y:
                self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        top = self.scroll_offset.y
        regions = [
            Region(0, at - top, width, 1)
            for at in range(top, top + self.size.height)
            if old[at : at + 1] != self._lines[at : at + 1]
        ]
        if regions:
            self.refresh(*regions)

    def on_resize(self) -> None:
        self.update()

    def watch_ascii(self) -> None:
        self.update()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.forget()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        line = self._lines[at] if at < len(self._lines) else ()
        sign = (ASCII if self.ascii else UNICODE).cut
        return paint(fit(line, width, sign=sign), width, self._looks.on(()))
