"""Shows a log of any size: only the lines around the view are ever held.

Everything that needs the source is done by one worker, one thing after another; keys
and mouse move what is held at once, and leave to the worker what they lack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widget import Widget

from runner.model.log import ERRORS, Sought, Streams
from widgets.canvas import Canvas
from widgets.log_bar import LogBar
from widgets.log_painter import LogPainter
from widgets.log_reader import LogReader
from widgets.log_source import NoSource
from widgets.log_status import Status, status_line
from widgets.looks import Looks, classes_of, css_of, paint
from widgets.pieces import Piece
from widgets.said import Said

if TYPE_CHECKING:
    from datetime import tzinfo

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Size

    from widgets.log_source import LogSource

_WHEEL = 3
_SIDEWAYS = 8
_BAR_WIDTH = 1
_STATUS_HEIGHT = 1


class LogView(Widget, can_focus=True):
    """The output of one run. It follows what is written until one scrolls up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="log.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="log.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="log.pageup"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="log.pagedown"),
        Binding("home,g", "first", "First", show=False, id="log.first"),
        Binding("end,G", "follow", "follow", id="log.follow"),
        Binding("left", "sideways(-1)", "Left", show=False, id="log.left"),
        Binding("right", "sideways(1)", "Right", show=False, id="log.right"),
        Binding("W", "wrap", "wrap", id="log.wrap"),
        Binding("slash", "ask", "search", id="log.search"),
        Binding("n", "again(True)", "Next", show=False, id="log.next"),
        Binding("N", "again(False)", "Previous", show=False, id="log.previous"),
        Binding("e", "error(True)", "next error", id="log.error"),
        Binding("E", "error(False)", "Error before", show=False, id="log.error_before"),
        Binding("t", "times", "Times", show=False, id="log.times"),
        Binding("o", "streams", "Streams", show=False, id="log.streams"),
        Binding("s", "save", "Save", show=False, id="log.save"),
        Binding("v", "page_out", "Pager", show=False, id="log.pager"),
        Binding("V", "edit", "Editor", show=False, id="log.editor"),
        Binding("escape", "stop", "Stop searching", show=False, id="log.stop"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = classes_of(
        "log", "text", "stderr", "time", "hit", "found", "new", "status"
    )
    DEFAULT_CSS = (
        css_of("LogView", "log")
        + """
    LogView {
        height: 1fr;
        & > Horizontal { height: 1fr; }
        & Canvas { width: 1fr; height: 1fr; }
        & LogBar { width: 1; }
        & > Canvas { height: 1; }
        & > .log--stderr { color: $text-warning; }
        & > .log--time { color: $foreground-muted; }
        & > .log--hit { background: $warning; color: $background; }
        & > .log--found { text-style: bold; }
        & > .log--new { color: $text-warning; }
        & > .log--status { background: $panel; }
    }
    """
    )

    ascii: reactive[bool] = reactive(default=False)
    """Shapes for terminals without Unicode."""
    wraps: reactive[bool] = reactive(default=True)
    """Whether long lines take several rows; else one scrolls sideways."""
    times: reactive[bool] = reactive(default=False)
    """Whether each line tells when it was written."""

    class SearchWanted(Said):
        """Somebody wants to say what to look for; answer with `search`."""

        def __init__(self, view: LogView, before: str) -> None:
            super().__init__(view)
            self.before = before

    class SaveWanted(Said):
        """Somebody wants the log as a file of their own."""

    class PagerWanted(Said):
        """Somebody wants to read the log in their pager."""

    class EditorWanted(Said):
        """Somebody wants to open the log in their editor."""

    def __init__(self, zone: tzinfo, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._looks = Looks(self, "log")
        self._painter = LogPainter(self, zone)
        self._body = Canvas()
        self._bar = LogBar()
        self._status = Canvas()
        self.reader = LogReader(NoSource(), Streams.BOTH, self._repaint)
        """Where one is in the log at hand."""
        self._sought: Sought | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self._body
            yield self._bar
        yield self._status

    def show(self, source: LogSource | None) -> None:
        """Shows another log, from its end; None: no log at all."""
        streams = self._painter.streams
        self.reader = LogReader(source or NoSource(), streams, self._repaint)
        self._fit()
        self.run_worker(self.reader.serve(), exclusive=True)

    def search(self, text: str, *, regex: bool = False) -> None:
        """Looks for a text from the view on, and shows where else it is.

        Raises re.error. Without a text nothing is shown any more.
        """
        self._sought = Sought(text, regex) if text else None
        self._painter.sought = self._sought.in_text() if self._sought else None
        self.action_again(forward=True)
        self._repaint()

    def action_move(self, rows: int) -> None:
        self.reader.scroll(rows)

    def action_page(self, pages: int) -> None:
        self.reader.scroll(pages * max(self.reader.window.height - 1, 1))

    def action_first(self) -> None:
        self.reader.go(0)

    def action_follow(self) -> None:
        self.reader.follow()

    def action_sideways(self, steps: int) -> None:
        if not self.wraps:
            self._painter.left = max(self._painter.left + steps * _SIDEWAYS, 0)
            self._repaint()

    def action_wrap(self) -> None:
        self.wraps = not self.wraps

    def action_times(self) -> None:
        self.times = not self.times

    def action_streams(self) -> None:
        """Stdout alone, stderr alone, both again."""
        choices = list(Streams)
        following = choices.index(self._painter.streams) + 1
        self._painter.streams = choices[following % len(choices)]
        self.reader.choose(self._painter.streams)
        self._fit()

    def action_ask(self) -> None:
        self.post_message(
            self.SearchWanted(self, self._sought.text if self._sought else "")
        )

    def action_again(self, forward: bool) -> None:
        self._hunt(self._sought, forward=forward)

    def action_error(self, forward: bool) -> None:
        self._hunt(ERRORS, forward=forward)

    def action_stop(self) -> None:
        self.reader.stop()

    def action_save(self) -> None:
        self.post_message(self.SaveWanted(self))

    def action_page_out(self) -> None:
        self.post_message(self.PagerWanted(self))

    def action_edit(self) -> None:
        self.post_message(self.EditorWanted(self))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is somebody else's while there is nothing to stop."""
        if action == "stop":
            reader = self.reader
            return reader.searching or bool(reader.notice)
        return super().check_action(action, parameters)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(-_WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(_WHEEL)

    def on_log_bar_dragged(self, message: LogBar.Dragged) -> None:
        message.stop()
        self.reader.go(int(message.share * self.reader.state.size))

    def on_log_bar_paged(self, message: LogBar.Paged) -> None:
        message.stop()
        self.action_page(message.pages)

    def on_resize(self) -> None:
        self._fit()

    def watch_ascii(self, ascii_only: bool) -> None:
        self._painter.use_ascii(only=ascii_only)
        self._fit()

    def watch_wraps(self) -> None:
        self._painter.left = 0
        self._fit()

    def watch_times(self, times: bool) -> None:
        self._painter.times = times
        self._fit()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.forget()
        # Those of the component classes come after this.
        self.call_later(self._repaint)

    def _hunt(self, sought: Sought | None, *, forward: bool) -> None:
        if sought is not None:
            self.reader.hunt(sought, forward=forward)

    @property
    def _room(self) -> Size:
        """What the lines have, beside the bar and above the status."""
        return self.size - (_BAR_WIDTH, _STATUS_HEIGHT)

    def _fit(self) -> None:
        """Lays out for the room there is, and paints."""
        if self._room.area:
            width = max(self._room.width - self._painter.gutter, 1)
            self.reader.resize(width if self.wraps else None, self._room.height)
        self._repaint()

    def _repaint(self) -> None:
        if not self.is_mounted or not self._room.area:
            return
        reader, width = self.reader, self._room.width
        if not reader.state.size:
            self._show_nothing(ended=reader.state.ended)
            return
        rows = reader.window.seen()
        found = reader.found.start if reader.found else None
        if found != self._painter.found:
            self._painter.found = found
            if not self.wraps:
                self._painter.turn_to(rows, width)
        self._body.show(
            [self._painter.row(row, width, wraps=self.wraps) for row in rows]
        )
        self._show_place(reader)

    def _show_nothing(self, *, ended: bool) -> None:
        text = "nothing was written" if ended else "nothing written yet"
        line = (Piece(text, "faint"),)
        self._body.show([paint(line, self._room.width, self._looks.on(()))])
        self._status.show([])
        self._bar.point_at(0, 0, 0)

    def _show_place(self, reader: LogReader) -> None:
        top, bottom, state = reader.window.top, reader.window.bottom, reader.state
        self._bar.point_at(top, bottom, state.size)
        status = Status(
            bottom=bottom,
            size=state.size,
            streams=reader.streams,
            following=reader.following,
            ended=state.ended,
            wraps=self.wraps,
            fresh=reader.fresh,
            notice=reader.notice,
        )
        line = status_line(status, self._painter.glyphs)
        self._status.show([paint(line, self.size.width, self._looks.on(("status",)))])
