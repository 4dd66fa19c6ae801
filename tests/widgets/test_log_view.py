from __future__ import annotations

import asyncio
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from rich.color import Color
from textual.app import App
from textual.events import MouseScrollUp

from runner.model.log import LogState, Stream
from runner.store.events import EventLog
from runner.store.folders import RunFolder
from runner.store.transcript import Transcript
from tests.fakes.log_source import FakeLogSource
from tests.helpers.screen import HOSTILE, assert_harmless, lines_of, until
from widgets.canvas import Canvas
from widgets.log_view import LogView

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.pilot import Pilot
    from textual.strip import Strip

    from runner.model.log import LogLine, SearchStep, Sought, Streams
    from widgets.log_source import LogSource
    from widgets.said import Said

WIDTH, HEIGHT = 60, 10
ROWS = HEIGHT - 1


class OneLog(App[None]):
    """Only a log, and all that it says."""

    def __init__(self, source: LogSource | None, zone: tzinfo = UTC) -> None:
        super().__init__()
        self.said: list[Said] = []
        self._source = source
        self._zone = zone

    def compose(self) -> ComposeResult:
        yield LogView(self._zone)

    def on_mount(self) -> None:
        self.view.focus()
        self.view.show(self._source)

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)

    @property
    def body(self) -> Canvas:
        return self.view.query(Canvas).first()

    @property
    def lines(self) -> list[str]:
        return [line.removeprefix(" ") for line in lines_of(self.body)]

    @property
    def status(self) -> str:
        return lines_of(self.view.query(Canvas).last())[0]

    def on_log_view_search_wanted(self, message: LogView.SearchWanted) -> None:
        self.said.append(message)

    def on_log_view_save_wanted(self, message: LogView.SaveWanted) -> None:
        self.said.append(message)

    def on_log_view_pager_wanted(self, message: LogView.PagerWanted) -> None:
        self.said.append(message)

    def on_log_view_editor_wanted(self, message: LogView.EditorWanted) -> None:
        self.said.append(message)


class TranscriptSource:
    """Implements LogSource on a real transcript, in a thread as a console does."""

    def __init__(self, folder: RunFolder) -> None:
        self._transcript = Transcript(folder)

    def _look(self, streams: Streams) -> LogState:
        self._transcript.update(ended=True)
        return LogState(self._transcript.size(streams), ended=True)

    async def look(self, streams: Streams) -> LogState:
        return await asyncio.to_thread(self._look, streams)

    async def lines_from(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        transcript = self._transcript
        return await asyncio.to_thread(transcript.lines_from, place, count, streams)

    async def lines_before(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        transcript = self._transcript
        return await asyncio.to_thread(transcript.lines_before, place, count, streams)

    async def count_lines(self, start: int, end: int, streams: Streams) -> int:
        transcript = self._transcript
        return await asyncio.to_thread(transcript.count_lines, start, end, streams)

    async def translated(self, place: int, streams: Streams, into: Streams) -> int:
        return self._transcript.translated(place, streams, into)

    async def search(
        self, sought: Sought, start: int, streams: Streams, *, forward: bool
    ) -> SearchStep:
        return await asyncio.to_thread(
            self._transcript.search, sought, start, forward=forward, streams=streams
        )


def numbered(count: int) -> list[str]:
    return [f"line {number}" for number in range(count)]


async def until_seen(pilot: Pilot[None], app: OneLog, *lines: str) -> None:
    await until(pilot, lambda: set(lines) <= set(app.lines), f"{lines} in {app.lines}")


async def until_first(pilot: Pilot[None], app: OneLog, line: str) -> None:
    await until(pilot, lambda: app.lines[0] == line, f"{line!r} first in {app.lines}")


async def until_said(pilot: Pilot[None], app: OneLog, text: str) -> None:
    await until(pilot, lambda: text in app.status, f"{text!r} in {app.status!r}")


async def test_it_opens_at_the_end_and_follows() -> None:
    source = FakeLogSource(numbered(1_000))
    app = OneLog(source)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "line 999")
        assert app.lines == numbered(1_000)[-ROWS:]
        assert source.asked < 10 * ROWS

        source.write("more")
        await until_seen(pilot, app, "more")
        assert app.lines[-1] == "more"
        assert "following" in app.status


async def test_scrolled_up_it_stays_and_counts_what_comes() -> None:
    source = FakeLogSource(numbered(100))
    app = OneLog(source)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "line 99")
        await pilot.press("up")
        await until_seen(pilot, app, "line 90")
        seen = app.lines
        for number in range(1_234):
            source.write(f"new {number}")
        await until_said(pilot, app, "▼ 1,234 new lines")
        assert app.lines == seen
        assert "following" not in app.status

        await pilot.press("G")
        await until_seen(pilot, app, "new 1233")
        assert "new lines" not in app.status
        assert "following" in app.status


async def test_keys_move_through_all_of_it() -> None:
    source = FakeLogSource(numbered(200), ended=True)
    app = OneLog(source)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "line 199")
        await pilot.press("home")
        await until_seen(pilot, app, "line 0")
        assert app.lines == numbered(200)[:ROWS]
        await pilot.press("down", "j", "up")
        await until_first(pilot, app, "line 1")
        for page in range(1, 6):
            await pilot.press("pagedown")
            await until_first(pilot, app, f"line {1 + page * (ROWS - 1)}")
        await pilot.press(*["pageup"] * 9)
        await until_first(pilot, app, "line 0")
        await pilot.press(*["pagedown"] * 40)
        await until(pilot, lambda: app.lines[-1] == "line 199", "the end")
        assert app.view.reader.following


async def test_the_wheel_scrolls() -> None:
    app = OneLog(FakeLogSource(numbered(100), ended=True))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "line 99")
        await pilot._post_mouse_events([MouseScrollUp], LogView, button=0)
        await until(pilot, lambda: app.lines[-1] == "line 96", "three lines up")


async def test_the_bar_goes_anywhere() -> None:
    app = OneLog(FakeLogSource(numbered(1_000), ended=True))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "line 999")
        await pilot.mouse_down(offset=(WIDTH - 1, ROWS - 1))
        await pilot.hover(offset=(WIDTH - 1, 4))
        await pilot.mouse_up(offset=(WIDTH - 1, 4))
        await until(pilot, lambda: "line 999" not in app.lines, "another place")
        assert "following" not in app.status


async def test_what_is_short_fills_from_the_top() -> None:
    app = OneLog(FakeLogSource(["one", "two"]))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "two")
        await pilot.press("up", "down", "home", "pageup", "pagedown")
        await until_said(pilot, app, "following")
        assert app.lines[:3] == ["one", "two", ""]


async def test_an_empty_log_says_so() -> None:
    source = FakeLogSource()
    app = OneLog(source)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "nothing written yet")
        source.ended = True
        await until_seen(pilot, app, "nothing was written")
        app.view.show(FakeLogSource(["other"]))
        await until_seen(pilot, app, "other")
        app.view.show(None)
        await until_seen(pilot, app, "nothing was written")


async def test_what_has_ended_is_looked_at_no_more() -> None:
    source = FakeLogSource(["one"], ended=True)
    app = OneLog(source)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "one")
        await until(pilot, lambda: source.looks, "a look")
        looks = source.looks
        other = FakeLogSource()
        app.view.show(other)
        await until(pilot, lambda: other.looks > 2, "time to pass")
        assert source.looks == looks


async def test_long_lines_wrap_or_are_scrolled_sideways() -> None:
    long = "".join(f"{number:<10}" for number in range(20))
    app = OneLog(FakeLogSource([long, "end"], ended=True))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "end")
        room = WIDTH - 2
        rows = [long[at : at + room].strip() for at in range(0, len(long), room)]
        assert [line.strip() for line in app.lines[:4]] == rows
        await pilot.press("W")
        await until(pilot, lambda: app.lines[1] == "end", "one row")
        assert app.lines[0].endswith("→")
        await pilot.press("right")
        await until(
            pilot, lambda: app.lines[0].startswith("  1   "), "the next columns"
        )
        await pilot.press("left", "W")
        await until(pilot, lambda: app.lines[0].strip() == rows[0], "rows again")


async def test_times_and_streams_are_told() -> None:
    source = FakeLogSource(ended=True)
    source.write("one", at_ms=0)
    source.write("bad", Stream.STDERR, at_ms=61_000)
    source.write("two")
    app = OneLog(source, timezone(timedelta(hours=2)))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "┃bad")
        await pilot.press("t")
        await until_seen(pilot, app, "02:00:00 one", "┃02:01:01 bad", "         two")
        app.view.ascii = True
        await until_seen(pilot, app, "|02:01:01 bad")
        await pilot.press("t", "o")
        await until(pilot, lambda: app.lines[:3] == ["one", "two", ""], "stdout alone")
        await pilot.press("o")
        await until(pilot, lambda: app.lines[:2] == ["bad", ""], "stderr alone")
        assert "stderr" in app.status
        await pilot.press("o")
        await until(pilot, lambda: app.lines[1] == "|bad", "both")


async def test_searching_goes_from_hit_to_hit() -> None:
    lines = numbered(300)
    for at in (50, 150, 250):
        lines[at] += " Needle"
    app = OneLog(FakeLogSource(lines, ended=True))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "line 299")
        await pilot.press("home", "slash")
        await until(pilot, lambda: app.said, "being asked what to look for")
        app.view.search("needle")
        await until_seen(pilot, app, "line 50 Needle")
        hit = app.view.get_component_rich_style("log--hit", partial=True)
        (row,) = (y for y, line in enumerate(app.lines) if "Needle" in line)
        marked = [it for it in app.body.render_line(row) if it.text == "Needle"]
        assert marked[0].style is not None
        assert marked[0].style.bgcolor == hit.bgcolor
        await pilot.press("n")
        await until_seen(pilot, app, "line 150 Needle")
        await pilot.press("n")
        await until_seen(pilot, app, "line 250 Needle")
        await pilot.press("n")
        await until_seen(pilot, app, "line 50 Needle")
        await pilot.press("N")
        await until_seen(pilot, app, "line 250 Needle")
        app.view.search("haystack")
        await until_said(pilot, app, 'no "haystack"')


async def test_errors_are_found_both_ways() -> None:
    lines = numbered(100)
    lines[20] = "ValueError: no"
    lines[60] = "all failed"
    app = OneLog(FakeLogSource(lines, ended=True))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "line 99")
        await pilot.press("E")
        await until_seen(pilot, app, "all failed")
        await pilot.press("E")
        await until_seen(pilot, app, "ValueError: no")
        await pilot.press("e")
        await until_seen(pilot, app, "all failed")


async def test_a_search_can_be_stopped_and_blocks_no_key() -> None:
    source = FakeLogSource(numbered(100), ended=True)
    source.endless = True
    app = OneLog(source)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "line 99")
        app.view.search("nothing")
        await until_said(pilot, app, 'searching "nothing"')
        await pilot.press("home")
        await until_seen(pilot, app, "line 0")
        await pilot.press("escape")
        await until(pilot, lambda: "searching" not in app.status, "the search to end")


async def test_what_the_screen_should_do_is_said() -> None:
    app = OneLog(FakeLogSource(["one"], ended=True))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.press("s", "v", "V")
        await until(pilot, lambda: len(app.said) == 3, "three wishes")
        assert [type(it).__name__ for it in app.said] == [
            "SaveWanted", "PagerWanted", "EditorWanted",
        ]  # fmt: skip
        assert all(it.control is app.view for it in app.said)


@pytest.mark.parametrize("wraps", [True, False])
async def test_hostile_output_changes_nothing(tmp_path: Path, wraps: bool) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.make()
    text = "\n".join([*HOSTILE, "the end", ""])
    folder.stdout.write_bytes(text.encode("utf-8", "surrogateescape"))
    folder.stderr.write_bytes(b"\x1b]0;t\x07[bold]\xff\xfe\r\n")
    app = OneLog(TranscriptSource(folder))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.view.wraps = wraps
        await until(pilot, lambda: "[bold]" in "".join(app.lines), "the end")
        await pilot.press("g")
        await until_seen(pilot, app, "[red]red[/red]", "[@click=app.quit]quit[/]")
        await pilot.click(LogView, offset=(3, 1))
        for _ in range(12):
            assert_harmless(app.body, WIDTH - 1)
            await pilot.press("down", "down", "down")
        await pilot.press("G")
        await until(pilot, lambda: "[bold]" in "".join(app.lines), "the end")
        assert_harmless(app.body, WIDTH - 1)
        assert app.is_running


async def test_another_theme_is_seen_at_once() -> None:
    source = FakeLogSource(ended=True)
    source.write("\x1b[31mred\x1b[0m plain", Stream.STDERR, at_ms=0)
    app = OneLog(source)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.view.times = True
        await until_seen(pilot, app, "┃00:00:00 red plain")
        dark = list(app.body.render_line(0))
        app.theme = "textual-light"
        await until(pilot, lambda: list(app.body.render_line(0)) != dark, "light")
        await pilot.pause()
        light = list(app.body.render_line(0))
        assert [it.text for it in light] == [it.text for it in dark]
        for before, after in zip(dark, light, strict=True):
            assert before.style is not None
            assert after.style is not None
            assert before.style.bgcolor != after.style.bgcolor
            if before.text != "red":
                assert before.style.color != after.style.color
            else:
                assert before.style.color == Color.from_ansi(1)


async def test_only_rows_that_changed_are_painted_again() -> None:
    source = FakeLogSource(["one", "two"])
    app = OneLog(source)
    painted: list[int] = []
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "two")
        await pilot.pause()
        paint = app.body.render_line

        def noted(y: int) -> Strip:
            painted.append(y)
            return paint(y)

        app.body.render_line = noted  # type: ignore[method-assign]
        source.write("three")
        await until(pilot, lambda: painted, "something to be painted")
        looks = source.looks
        await until(pilot, lambda: source.looks > looks + 3, "idle looks")
        assert set(painted) == {2}


async def test_a_real_log_grows_under_the_view(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.make()
    events = EventLog(folder.events)
    folder.stdout.write_bytes(
        b"".join(b"line %d\n" % number for number in range(5_000))
    )
    events.append(0, "output", stream="stdout", offset=0, bytes=10)
    events.close()
    app = OneLog(TranscriptSource(folder))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until_seen(pilot, app, "line 4999")
        await pilot.press("pageup", "pageup")
        await until_seen(pilot, app, f"line {5_000 - ROWS - 2 * (ROWS - 1)}")
        app.view.search("line 17$", regex=True)
        await until_seen(pilot, app, "line 17")
