"""A table that paints only what is seen and repaints only what has changed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.binding import Binding
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from runner.model.text import sanitise
from widgets.columns import Column
from widgets.looks import Looks, classes_of, css_of
from widgets.painting import ASCII, UNICODE, Painter, RowState
from widgets.pieces import Piece, Pieces
from widgets.rows import Rows
from widgets.said import Said
from widgets.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from textual import events
    from textual.binding import BindingType
    from textual.strip import Strip

__all__ = ["Cell", "Column", "Table"]

T = TypeVar("T")

Cell = Piece
"""A cell in one style; one in several is a tuple of pieces."""

_HEADER = 1  # line


class Table(ScrollView, Generic[T], can_focus=True, inherit_bindings=False):
    """Rows of items, each known by its key; a header, a cursor and marks.

    `cells` is asked for the rows in view only. An item that is the same object at the
    same place is taken to be unchanged.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="table.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="table.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.pageup"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.pagedown"),
        Binding("home,g", "first", "First", show=False, id="table.first"),
        Binding("end,G", "last", "Last", show=False, id="table.last"),
        Binding("enter", "open", "open", id="table.open"),
        Binding("space", "mark", "Mark", show=False, id="table.mark"),
        Binding("*", "mark_all", "Mark all or none", show=False, id="table.mark_all"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = classes_of(
        "table", "header", "cursor", "marked", "empty"
    )
    DEFAULT_CSS = (
        css_of("Table", "table")
        + """
    Table {
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
        & > .table--header { color: $foreground; text-style: bold; }
        & > .table--empty { color: $foreground-muted; }
        & > .table--marked { background: $accent 20%; }
        & > .table--cursor { background: $block-cursor-blurred-background; }
        &:focus > .table--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """
    )

    ascii: reactive[bool] = reactive(default=False)
    """Shapes for terminals without Unicode."""
    empty: reactive[str] = reactive("")
    """What to say, in plain text, while there are no rows."""
    sorted_by: reactive[tuple[str, bool] | None] = reactive(None)
    """The key of a column, and whether its largest come first."""

    class Highlighted(Said):
        """The cursor came to another item; `key` is None when there are none."""

        def __init__(self, table: Table[Any], key: str | None) -> None:
            super().__init__(table)
            self.key = key

    class Opened(Said):
        """Somebody pressed enter or clicked twice."""

        def __init__(self, table: Table[Any], key: str) -> None:
            super().__init__(table)
            self.key = key

    class MarksChanged(Said):
        """Other items are marked now: these, all of them."""

        def __init__(self, table: Table[Any], keys: frozenset[str]) -> None:
            super().__init__(table)
            self.keys = keys

    class HeaderClicked(Said):
        """Somebody clicked the title of this column."""

        def __init__(self, table: Table[Any], column: str) -> None:
            super().__init__(table)
            self.column = column

    def __init__(
        self,
        columns: Sequence[Column],
        key: Callable[[T], str],
        cells: Callable[[T], Sequence[Cell | Pieces]],
        *,
        id: str | None = None,  # noqa: A002  as every widget calls it
    ) -> None:
        super().__init__(id=id)
        self._rows = Rows(key)
        self._seen = Seen(cells)
        self._looks = Looks(self, "table")
        self._painter = Painter(columns, self._looks)

    @property
    def items(self) -> tuple[T, ...]:
        return self._rows.items

    @property
    def current(self) -> T | None:
        """The item under the cursor."""
        return self._rows.at(self._rows.cursor)

    @property
    def cursor_key(self) -> str | None:
        return self._rows.key

    @property
    def marks(self) -> frozenset[str]:
        return self._rows.marks

    def show(self, items: Iterable[T]) -> None:
        """Shows these rows; cursor and marks stay with their keys."""
        old, rows = self._rows.items, self._rows
        with self._telling():
            rows.show(items)
        if len(old) != len(rows.items):
            self._measure()
        if not (old and rows.items):
            self.refresh()
        longest = max(len(old), len(rows.items))
        there = (at for at in self._in_view() if at < longest)
        self._refresh_rows(self._seen.keep(rows.items, there))

    def repaint(self) -> None:
        """Asks again for the cells in view: they may depend on more than the items."""
        self._refresh_rows(self._seen.ask_again(self._in_view()))

    def go_to(self, key: str) -> bool:
        """Moves the cursor to an item and into view; False if it is not shown."""
        at = self._rows.find(key, -1)
        if at >= 0:
            self._go(at)
        return at >= 0

    def mark(self, keys: Iterable[str]) -> None:
        """Marks exactly those of these that are shown."""
        with self._telling():
            self._rows.mark(keys)

    def action_move(self, rows: int) -> None:
        self._go(self._rows.cursor + rows)

    def action_page(self, pages: int) -> None:
        self._go(self._rows.cursor + pages * max(self._page - 1, 1))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._rows.items) - 1)

    def action_open(self) -> None:
        if self._rows.key is not None:
            self.post_message(self.Opened(self, self._rows.key))

    def action_mark(self) -> None:
        with self._telling():
            self._rows.toggle()
        self._go(self._rows.cursor + 1)

    def action_mark_all(self) -> None:
        with self._telling():
            self._rows.mark_all_or_none()

    def on_click(self, event: events.Click) -> None:
        where = event.get_content_offset(self)
        if where is None or event.button != 1:
            return
        if where.y < _HEADER:
            if column := self._painter.column_at(where.x):
                self.post_message(self.HeaderClicked(self, column))
        elif (at := where.y - _HEADER + self.scroll_offset.y) < len(self.items):
            self._go(at)
            if event.chain == 2:
                self.action_open()

    def on_resize(self) -> None:
        self._measure()
        self._scroll_to_cursor()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.forget()
        self._seen.forget_looks()

    def watch_ascii(self, ascii_only: bool) -> None:
        self._painter.shapes = ASCII if ascii_only else UNICODE
        self._seen.forget_looks()

    def render_lines(self, crop: Region) -> list[Strip]:
        width = self.scrollable_content_region.width
        if width != self._painter.width:
            self._painter.resize(width)
            self._seen.forget_looks()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if y < _HEADER:
            return self._painter.header(self.sorted_by)
        at = y - _HEADER + self.scroll_offset.y
        if at < len(self.items):
            return self._row_strip(at)
        text = "" if self.items else sanitise(self.empty)
        return self._painter.message(text, y - _HEADER, self._page)

    def _row_strip(self, at: int) -> Strip:
        seen = self._seen.row(at, self.items[at])
        state = RowState(at == self._rows.cursor, self._rows.is_marked(at))
        if state not in seen.painted:
            strip = self._painter.row(seen.cells, state, focused=self.has_focus)
            seen.painted[state] = strip
        return seen.painted[state]

    @property
    def _page(self) -> int:
        """How many rows are in view at once."""
        return max(self.scrollable_content_region.height - _HEADER, 0)

    def _in_view(self) -> range:
        """Places that are seen, whether there are so many items or not."""
        top = self.scroll_offset.y
        return range(top, top + self._page)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Repaints and says what the block changes of cursor and marks."""
        rows = self._rows
        cursor, key, marks = rows.cursor, rows.key, rows.marks
        yield
        if rows.cursor != cursor:
            self._refresh_rows((cursor, rows.cursor))
        if rows.marks != marks:
            self._refresh_rows(self._in_view())
            self.post_message(self.MarksChanged(self, rows.marks))
        if rows.key != key:
            self.post_message(self.Highlighted(self, rows.key))

    def _go(self, at: int) -> None:
        with self._telling():
            self._rows.go(at)
        self._scroll_to_cursor()

    def _measure(self) -> None:
        self.virtual_size = Size(0, len(self.items) + _HEADER)
        if self.scroll_y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)

    def _scroll_to_cursor(self) -> None:
        cursor, top = self._rows.cursor, self.scroll_offset.y
        lowest = max(cursor - self._page + 1, 0)
        if not lowest <= top <= cursor:
            self.scroll_to(y=min(cursor, max(top, lowest)), animate=False, force=True)

    def _refresh_rows(self, rows: Iterable[int]) -> None:
        in_view, width = self._in_view(), self.size.width
        regions = [
            Region(0, at - in_view.start + _HEADER, width, 1)
            for at in rows
            if at in in_view
        ]
        if regions:
            self.refresh(*regions)
