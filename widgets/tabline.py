"""One line with the names of screens, the present one in brackets, and a text aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.reactive import reactive
from textual.widget import Widget

from widgets.looks import Looks, classes_of, css_of, paint
from widgets.pieces import Piece, Pieces, clean, cut, fit, width_of
from widgets.said import Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

_LEAST_ASIDE = 8
"""Cells; what has less room says nothing."""


class Tab(NamedTuple):
    """`name` is for the program; `title` and `key` are shown."""

    name: str
    title: str
    key: str = ""


class TabLine(Widget):
    """Says which tab was clicked; whoever owns it sets `active`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = classes_of("tabline", "active")
    DEFAULT_CSS = (
        css_of("TabLine", "tabline")
        + """
    TabLine {
        height: 1;
        & > .tabline--active { color: $text-primary; text-style: bold; }
    }
    """
    )

    active: reactive[str] = reactive("")
    """The name of a tab."""
    aside: reactive[str] = reactive("")
    """What stands at the right, in plain text."""
    ascii: reactive[bool] = reactive(default=False)

    class Chosen(Said):
        """Somebody clicked the tab of this name."""

        def __init__(self, tabs: TabLine, name: str) -> None:
            super().__init__(tabs)
            self.name = name

    def __init__(self, tabs: Sequence[Tab], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tabs = tuple(tabs)
        self._looks = Looks(self, "tabline")

    def on_click(self, event: events.Click) -> None:
        where = event.get_content_offset(self)
        if where is None or event.button != 1:
            return
        end = 0
        for tab, piece in zip(self._tabs, self._titles(), strict=True):
            end += width_of((piece,))
            if where.x < end:
                self.post_message(self.Chosen(self, tab.name))
                return

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.forget()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        return paint(self._line() if y == 0 else (), width, self._looks.on(()))

    def _line(self) -> Pieces:
        titles, width = self._titles(), self.size.width
        sign = "~" if self.ascii else "…"
        room = width - width_of(titles) - 1
        aside = cut(clean(self.aside), room, sign) if room >= _LEAST_ASIDE else ""
        blank = Piece(" " * (width - width_of(titles) - width_of((Piece(aside),))))
        return fit((*titles, blank, Piece(aside, "odd")), width, sign=sign)

    def _titles(self) -> Pieces:
        """In full if they fit; else the keys alone of those that are not active."""
        full = tuple(self._title(tab, short=False) for tab in self._tabs)
        if width_of(full) <= self.size.width:
            return full
        return tuple(self._title(tab, short=True) for tab in self._tabs)

    def _title(self, tab: Tab, *, short: bool) -> Piece:
        text = clean(f"{tab.title} {tab.key}".strip())
        if tab.name == self.active:
            return Piece(f"[{text}]", "active")
        return Piece(f" {clean(tab.key) if short and tab.key else text} ", "faint")
