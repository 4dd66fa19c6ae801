from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from textual import events, on
from textual.app import App

from tests.helpers.screen import HOSTILE, assert_harmless, lines_of, until
from widgets.pieces import Piece, Pieces
from widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.message import Message
    from textual.strip import Strip


class Job(NamedTuple):
    name: str
    runs: int = 0


COLUMNS = (
    Column("state", "ST", 2),
    Column("name", "JOB", 6, flex=1),
    Column("runs", "RUNS", 5, right=True, priority=1),
)


def jobs(count: int) -> list[Job]:
    return [Job(f"job{at}", at) for at in range(count)]


class Watched(Table[Job]):
    """Notes which rows were asked for their cells and which lines were painted."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, key=lambda job: job.name, cells=self._cells)
        self.asked: list[str] = []
        self.painted: list[int] = []
        self.suffix = ""

    def _cells(self, job: Job) -> Sequence[Cell | Pieces]:
        self.asked.append(job.name)
        runs = (Piece("n="), Piece(str(job.runs), "faint"))
        return (Cell("✓", "good"), Cell(job.name + self.suffix, "strong"), runs)

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)

    def forget(self) -> None:
        self.asked.clear()
        self.painted.clear()


class OneTable(App[None]):
    """Only a table, and all that it says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, object]] = []
        self.table = Watched()

    def compose(self) -> ComposeResult:
        yield self.table

    def on_table_highlighted(self, message: Table.Highlighted) -> None:
        self._note(message, message.key)

    def on_table_opened(self, message: Table.Opened) -> None:
        self._note(message, message.key)

    def on_table_marks_changed(self, message: Table.MarksChanged) -> None:
        self._note(message, set(message.keys))

    def on_table_header_clicked(self, message: Table.HeaderClicked) -> None:
        self._note(message, message.column)

    def _note(self, message: Message, what: object) -> None:
        assert message.control is self.table
        self.said.append((type(message).__name__, what))


async def test_it_shows_a_header_and_rows_in_their_columns() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 5)) as pilot:
        app.table.sorted_by = ("runs", True)
        app.table.show(jobs(2))
        await pilot.pause()
        assert lines_of(app.table) == [
            "  ST JOB                 RUNS▼",
            "▌ ✓  job0                  n=0",
            "  ✓  job1                  n=1",
            "",
            "",
        ]
        app.table.ascii = True
        app.table.sorted_by = ("name", False)
        await pilot.pause()
        assert lines_of(app.table)[:2] == [
            "  ST JOB^                 RUNS",
            "| ✓  job0                  n=0",
        ]
    assert app.said == [("Highlighted", "job0")]


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        ("down", 1),
        ("j,j,k", 1),
        ("down,down,up", 1),
        ("up", 0),
        ("end", 99),
        ("G", 99),
        ("G,g", 0),
        ("end,home", 0),
        ("end,down", 99),
        ("pagedown", 8),
        ("pagedown,pagedown,pageup", 8),
        ("pageup", 0),
    ],
)
async def test_keys_move_the_cursor_and_keep_it_in_view(keys: str, at: int) -> None:
    app = OneTable()
    async with app.run_test(size=(30, 10)) as pilot:
        app.table.show(jobs(100))
        await pilot.press(*keys.split(","))
        assert app.table.cursor_key == f"job{at}"
        assert app.table.current == Job(f"job{at}", at)
        assert any(line.startswith("▌") for line in lines_of(app.table))
    assert app.said[-1] == ("Highlighted", f"job{at}")


async def test_enter_and_a_double_click_open_a_row() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        await pilot.press("enter")
        app.table.show(jobs(20))
        await pilot.press("j", "enter")
        assert app.said[-1] == ("Opened", "job1")
        await pilot.click(Table, offset=(8, 4))
        assert app.said[-1] == ("Highlighted", "job3")
        await pilot.double_click(Table, offset=(8, 5))
        assert app.said[-1] == ("Opened", "job4")
        assert [name for name, _ in app.said].count("Opened") == 2


async def test_a_click_finds_its_row_in_a_scrolled_table_and_below_the_last() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        app.table.show(jobs(20))
        await pilot.pause()
        app.table.scroll_to(y=10, animate=False)
        await pilot.click(Table, offset=(8, 2))
        assert app.table.cursor_key == "job11"
        app.table.show(jobs(2))
        await pilot.click(Table, offset=(8, 4))
        assert app.table.cursor_key == "job1"


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        app.table.show(jobs(50))
        await pilot.pause()
        app.table.post_message(
            events.MouseScrollDown(
                app.table, 3, 3, 0, 1, 0, shift=False, meta=False, ctrl=False
            )
        )
        await until(pilot, lambda: app.table.scroll_offset.y, "the wheel to scroll")
        assert app.table.cursor_key == "job0"


async def test_a_click_on_a_title_names_its_column() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        for x in (2, 6, 29, 0, 4):  # the last two: the gutter and a gap
            await pilot.click(Table, offset=(x, 0))
    columns = [("HeaderClicked", key) for key in ("state", "name", "runs")]
    assert app.said == columns


async def test_marks_show_by_shape_and_go_with_their_rows() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        await pilot.press("space", "asterisk")
        app.table.show(jobs(3))
        await pilot.press("space", "space")
        assert app.table.marks == {"job0", "job1"}
        assert lines_of(app.table)[1:4] == [
            " •✓  job0                  n=0",
            " •✓  job1                  n=1",
            "▌ ✓  job2                  n=2",
        ]
        app.table.show(list(reversed(jobs(2))))
        await pilot.pause()
        assert [line[1] for line in lines_of(app.table)[1:3]] == ["•", "•"]
        app.table.show(jobs(1))
        await pilot.pause()
        assert app.said[-2:] == [
            ("Highlighted", "job0"),
            ("MarksChanged", {"job0"}),
        ]


async def test_a_star_marks_all_then_none_and_space_takes_a_mark_back() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        app.table.show(jobs(3))
        await pilot.press("space", "asterisk")
        assert app.table.marks == {"job0", "job1", "job2"}
        await pilot.press("home", "space")
        assert app.table.marks == {"job1", "job2"}
        await pilot.press("asterisk", "asterisk")
        assert app.table.marks == set()
        app.table.mark(["job1", "gone"])
        assert app.table.marks == {"job1"}


async def test_the_cursor_stays_with_its_key_and_the_view_where_it_is() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        app.table.show(jobs(50))
        await pilot.press("end")
        top = app.table.scroll_offset
        app.table.show(list(reversed(jobs(50))))
        await pilot.pause()
        assert app.table.cursor_key == "job49"
        assert app.table.scroll_offset == top
        assert app.said[-1] == ("Highlighted", "job49")
        assert [it for it in app.said if it == ("Highlighted", "job49")] == [
            ("Highlighted", "job49")
        ]
        await pilot.press("j")
        assert app.table.cursor_key == "job48"
        assert "▌ ✓  job48" in "\n".join(lines_of(app.table))


async def test_the_cursor_goes_to_the_next_row_when_its_own_is_gone() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        app.table.show(jobs(5))
        await pilot.press("j", "j")
        app.table.show([it for it in jobs(5) if it.name != "job2"])
        assert app.table.cursor_key == "job3"
        app.table.show(jobs(2))
        assert app.table.cursor_key == "job1"
        app.table.show([])
        assert [app.table.cursor_key, app.table.current] == [None, None]
        app.table.show(jobs(2))
        await pilot.pause()
    keys = [what for _, what in app.said]
    assert keys == ["job0", "job1", "job2", "job3", "job1", None, "job0"]


async def test_only_rows_in_view_are_asked_for_their_cells() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 10)) as pilot:
        app.table.show(jobs(10_000))
        await pilot.pause()
        assert app.table.asked == [f"job{at}" for at in range(9)]


async def test_only_rows_that_are_others_are_painted_again() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 10)) as pilot:
        rows = jobs(1_000)
        app.table.show(rows)
        await pilot.pause()
        app.table.forget()
        app.table.show(list(rows))
        await pilot.pause()
        assert (app.table.asked, app.table.painted) == ([], [])
        rows[3] = Job("job3", 77)
        rows[500] = Job("job500", 77)
        app.table.show(rows)
        await pilot.pause()
        assert (app.table.asked, app.table.painted) == (["job3"], [4])
        app.table.forget()
        await pilot.press("j")
        assert (app.table.asked, sorted(app.table.painted)) == ([], [1, 2])


async def test_a_repaint_paints_only_the_lines_whose_cells_have_changed() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        app.table.show(jobs(100))
        await pilot.pause()
        app.table.forget()
        app.table.repaint()
        await pilot.pause()
        assert app.table.painted == []
        assert len(app.table.asked) == 5
        app.table.suffix = "!"
        app.table.repaint()
        await pilot.pause()
        assert sorted(app.table.painted) == [1, 2, 3, 4, 5]
        assert "job4!" in lines_of(app.table)[5]


async def test_rows_that_are_gone_leave_nothing_behind() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        rows = jobs(4)
        app.table.show(rows)
        await pilot.pause()
        app.table.forget()
        app.table.show(rows[:2])
        await pilot.pause()
        assert app.table.asked == []
        assert lines_of(app.table)[3:] == ["", "", ""]


async def test_an_empty_table_says_what_to_do() -> None:
    app = OneTable()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.empty = "No jobs [b]yet[/b].\nAdd one to \x1b[31mteleclaude.yml"
        await pilot.pause()
        assert lines_of(app.table)[2:4] == [
            "          No jobs [b]yet[/b].",
            "       Add one to teleclaude.yml",
        ]
        app.table.show(jobs(1))
        app.table.show([])
        await pilot.pause()
        assert "No jobs" in lines_of(app.table)[2]


@pytest.mark.parametrize("width", [1, 3, 8, 20, 300])
async def test_it_draws_at_any_width_whatever_is_in_it(width: int) -> None:
    app = OneTable()
    async with app.run_test(size=(width, 20)) as pilot:
        app.table.empty = " ".join(text[:50] for text in HOSTILE)
        await pilot.pause()
        assert_harmless(app.table, width)
        app.table.show([Job(text) for text in HOSTILE])
        await pilot.press("asterisk")
        assert_harmless(app.table, width)


async def test_it_survives_being_resized_and_emptied_while_scrolled() -> None:
    app = OneTable()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(jobs(100))
        await pilot.press("end")
        for size in ((20, 3), (300, 60), (10, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            assert_harmless(app.table, app.table.scrollable_content_region.width)
            if size[1] > 1:
                assert any(line.startswith("▌") for line in lines_of(app.table))
        app.table.show(jobs(3))
        await pilot.pause()
        assert app.table.scroll_offset.y == 0
        await pilot.resize_terminal(20, 2)
        app.table.show([])
        await pilot.pause()
        assert lines_of(app.table) == ["  ST JOB        RUNS", ""]


async def test_it_can_be_told_where_to_go() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        app.table.show(jobs(100))
        assert app.table.go_to("job70")
        assert not app.table.go_to("gone")
        await pilot.pause()
        assert app.table.cursor_key == "job70"
        assert "▌ ✓  job70" in "\n".join(lines_of(app.table))


async def test_rows_look_anew_in_another_theme_and_without_focus() -> None:
    app = OneTable()
    async with app.run_test(size=(30, 6)) as pilot:
        app.table.show(jobs(2))
        await pilot.pause()
        focused = app.table.render_line(1)
        app.screen.set_focus(None)
        await pilot.pause()
        blurred = app.table.render_line(1)
        assert blurred.text == focused.text
        assert blurred != focused
        app.theme = "textual-light"
        await pilot.pause()
        assert app.table.render_line(1) != blurred


class Early(App[None]):
    """Two tables that are told what to show before they are on a screen."""

    CSS = "Table { height: 5; }"

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str | None] = []

    def compose(self) -> ComposeResult:
        for name in ("first", "second"):
            table = Table(COLUMNS, lambda job: job.name, self._cells, id=name)
            table.show(jobs(50))
            table.mark(["job20"])
            table.go_to("job20")
            yield table

    def _cells(self, job: Job) -> Sequence[Cell | Pieces]:
        return (Cell("✓"), Cell(job.name), Cell(""))

    @on(Table.Highlighted, "#second")
    def _hear(self, message: Table.Highlighted) -> None:
        self.heard.append(message.key)


async def test_what_is_shown_before_the_first_paint_is_there_and_told_apart() -> None:
    app = Early()
    async with app.run_test(size=(30, 12)) as pilot:
        await pilot.pause()
        for table in app.query(Table):
            assert "▌•✓  job20" in lines_of(table)
        assert app.heard == ["job0", "job20"]
