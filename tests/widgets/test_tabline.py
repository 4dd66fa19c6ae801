from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.app import App

from tests.helpers.screen import HOSTILE, assert_harmless, lines_of
from widgets.tabline import Tab, TabLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

TABS = (Tab("jobs", "Jobs", "1"), Tab("runs", "Runs", "2"), Tab("sys", "System", "3"))


class Tabs(App[None]):
    """Only a tab line, and the tabs that were chosen."""

    def __init__(self, tabs: Sequence[Tab] = TABS) -> None:
        super().__init__()
        self.tabs = TabLine(tabs)
        self.tabs.active = "runs"
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.tabs

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        assert message.control is self.tabs
        self.chosen.append(message.name)


async def test_the_active_one_is_in_brackets_and_the_aside_at_the_right() -> None:
    app = Tabs()
    async with app.run_test(size=(50, 3)) as pilot:
        app.tabs.aside = "filter: [b]x[/b]"
        await pilot.pause()
        assert lines_of(app.tabs) == [
            " Jobs 1 [Runs 2] System 3         filter: [b]x[/b]"
        ]
        app.tabs.active = "jobs"
        app.tabs.aside = "filter: " + "y" * 100
        await pilot.pause()
        assert lines_of(app.tabs) == [
            "[Jobs 1] Runs 2  System 3  filter: yyyyyyyyyyyyyy…"
        ]


async def test_too_little_room_leaves_the_keys() -> None:
    app = Tabs()
    async with app.run_test(size=(20, 3)) as pilot:
        app.tabs.aside = "filter: x"
        await pilot.pause()
        assert lines_of(app.tabs) == [" 1 [Runs 2] 3"]
        await pilot.click(TabLine, offset=(12, 0))
        assert app.chosen == ["sys"]


async def test_a_click_chooses_a_tab_and_changes_nothing_by_itself() -> None:
    app = Tabs()
    async with app.run_test(size=(50, 3)) as pilot:
        for x in (0, 7, 8, 15, 16, 40):
            await pilot.click(TabLine, offset=(x, 0))
        assert app.chosen == ["jobs", "jobs", "runs", "runs", "sys"]
        assert app.tabs.active == "runs"


@pytest.mark.parametrize("width", [1, 20, 300])
async def test_titles_and_aside_are_plain_text(width: int) -> None:
    app = Tabs([Tab(str(at), text, text) for at, text in enumerate(HOSTILE)])
    async with app.run_test(size=(width, 3)) as pilot:
        for at, text in enumerate(HOSTILE):
            app.tabs.active, app.tabs.aside = str(at), text
            await pilot.pause()
            assert_harmless(app.tabs, width)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_an_aside_is_plain_text(text: str) -> None:
    app = Tabs()
    async with app.run_test(size=(60, 3)) as pilot:
        app.tabs.aside = text
        await pilot.pause()
        assert_harmless(app.tabs, 60)
