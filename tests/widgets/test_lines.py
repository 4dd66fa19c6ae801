from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import pytest
from textual.app import App

from tests.helpers.screen import HOSTILE, assert_harmless, lines_of, until
from widgets.fields import Fields
from widgets.lines import Lines
from widgets.pieces import Piece

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.strip import Strip

L = TypeVar("L", bound=Lines)


class Watched(Lines):
    """Notes which lines were painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)


class Only(App[None], Generic[L]):
    """Only these lines."""

    def __init__(self, lines: L) -> None:
        super().__init__()
        self.lines = lines

    def compose(self) -> ComposeResult:
        yield self.lines


def numbered(count: int) -> list[tuple[Piece, ...]]:
    return [(Piece(str(at)),) for at in range(count)]


async def test_lines_that_have_not_changed_are_not_painted_again() -> None:
    app = Only(Watched())
    async with app.run_test(size=(20, 5)) as pilot:
        lines = numbered(50)
        app.lines.show(lines)
        await pilot.pause()
        app.lines.painted.clear()
        lines[2] = (Piece("two", "good"),)
        lines[40] = (Piece("forty"),)
        app.lines.show(lines)
        await pilot.pause()
        assert app.lines.painted == [2]
        assert lines_of(app.lines) == ["0", "1", "two", "3", "4"]


@pytest.mark.parametrize(
    ("keys", "top"),
    [
        ("down", "1"),
        ("j,j,k", "1"),
        ("down,up", "0"),
        ("end", "45"),
        ("G,g", "0"),
        ("end,home", "0"),
        ("pagedown", "5"),
        ("pagedown,pageup", "0"),
    ],
)
async def test_keys_scroll(keys: str, top: str) -> None:
    app = Only(Lines())
    async with app.run_test(size=(20, 5)) as pilot:
        app.animation_level = "none"
        app.lines.show(numbered(50))
        await pilot.pause()
        await pilot.press(*keys.split(","))
        await until(pilot, lambda: lines_of(app.lines)[0] == top, f"line {top}")


async def test_wide_lines_are_cut_and_fewer_lines_scroll_back() -> None:
    app = Only(Lines())
    async with app.run_test(size=(11, 3)) as pilot:
        app.lines.show([(Piece("0123456789", "bad"), Piece("rest"))] * 20)
        await pilot.press("end")
        assert lines_of(app.lines) == ["012345678…"] * 3
        app.lines.ascii = True
        app.lines.show(numbered(2))
        await pilot.pause()
        assert lines_of(app.lines) == ["0", "1", ""]
        app.lines.show([(Piece("0123456789a"),)])
        await pilot.pause()
        assert lines_of(app.lines)[0] == "012345678~"


async def test_fields_stand_one_under_the_other_and_wrap() -> None:
    app = Only(Fields())
    async with app.run_test(size=(25, 8)) as pilot:
        app.lines.show_fields(
            [
                ("state", (Piece("✓", "good"), Piece(" ok"))),
                ("nothing", ""),
                ("command", "python -m some.module"),
                ("", "two\nlines"),
            ]
        )
        await pilot.pause()
        assert lines_of(app.lines) == [
            "state    ✓ ok",
            "command  python -m",
            "         some.module",
            "         two",
            "         lines",
            "",
            "",
            "",
        ]
        await pilot.resize_terminal(60, 8)
        assert lines_of(app.lines)[1] == "command  python -m some.module"


@pytest.mark.parametrize("width", [3, 20, 300])
async def test_fields_show_hostile_names_and_values(width: int) -> None:
    app = Only(Fields())
    async with app.run_test(size=(width, 40)) as pilot:
        fields: list[tuple[str, str | tuple[Piece, ...]]] = [
            (text, text) for text in HOSTILE
        ]
        app.lines.show_fields([*fields, ("p", tuple(map(Piece, HOSTILE)))])
        await pilot.pause()
        assert_harmless(app.lines, app.lines.scrollable_content_region.width)
        await pilot.press("end")
        assert_harmless(app.lines, app.lines.scrollable_content_region.width)


async def test_a_very_long_value_says_that_it_is_cut() -> None:
    app = Only(Fields())
    async with app.run_test(size=(100, 5)) as pilot:
        app.lines.show_fields([("log", "x" * 1_000_000)])
        await pilot.pause()
        await pilot.press("end")
        await until(pilot, lambda: "... (cut)" in lines_of(app.lines)[-1], "the end")
