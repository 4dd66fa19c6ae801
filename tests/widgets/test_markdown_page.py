from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.app import App
from textual.widgets import Static

from tests.helpers.screen import HOSTILE, assert_harmless, lines_of, until
from widgets.markdown_page import LONGEST, MOST_LINES, MarkdownLines, MarkdownPage

if TYPE_CHECKING:
    from textual.app import ComposeResult

WORDS = "one two three four five six seven eight nine ten eleven twelve"


class Page(App[None]):
    """Only a page."""

    def __init__(self) -> None:
        super().__init__()
        self.page = MarkdownPage()

    def compose(self) -> ComposeResult:
        yield self.page

    @property
    def lines(self) -> MarkdownLines:
        return self.page.query_one(MarkdownLines)

    @property
    def shown(self) -> list[str]:
        return lines_of(self.lines)

    @property
    def note(self) -> str:
        note = self.page.query_one(Static)
        return str(note.render()) if note.display else ""


async def test_a_text_is_laid_out_and_has_its_looks() -> None:
    app = Page()
    async with app.run_test(size=(40, 8)):
        await app.page.show("# Title\n\n- *one*\n- `two`\n")
        assert app.shown == ["Title", "═════", "", "• one", "• two", "", "", ""]
        assert app.note == ""
        styles = {
            it.text: it.style for y in (0, 3, 4) for it in app.lines.render_line(y)
        }
        assert styles["Title"] is not None
        assert styles["Title"].bold
        assert styles["one"] is not None
        assert styles["one"].italic
        assert styles["two"] != styles["one"]


async def test_terminals_without_unicode_get_other_shapes() -> None:
    app = Page()
    app.page.ascii = True
    async with app.run_test(size=(40, 4)):
        await app.page.show("# Title\n\n- one")
        assert app.shown == ["Title", "=====", "", "- one"]
        assert app.lines.ascii


async def test_links_lead_nowhere() -> None:
    app = Page()
    async with app.run_test(size=(60, 3)):
        await app.page.show("[a](https://example.org) <https://example.org/b>")
        assert app.shown[0] == "a (https://example.org) https://example.org/b"
        assert_harmless(app.lines, app.lines.scrollable_content_region.width)


@pytest.mark.parametrize(
    "frame", ["{}", "# {}", "- {}", "~~~\n{}\n~~~", "|{}|\n|-|\n|{}|"]
)
async def test_hostile_text_is_only_text(frame: str) -> None:
    texts = [text[:200] for text in HOSTILE]
    app = Page()
    async with app.run_test(size=(60, 200)):
        await app.page.show("\n\n".join(frame.replace("{}", it) for it in texts))
        assert_harmless(app.lines, app.lines.scrollable_content_region.width)
        text = "\n".join(app.shown)
        assert all(it in text for it in HOSTILE[:3])


async def test_another_width_lays_it_out_anew() -> None:
    app = Page()
    async with app.run_test(size=(61, 8)) as pilot:
        await app.page.show(WORDS)
        assert app.shown[0].endswith("eleven")
        for width in (50, 40, 12, 30):
            await pilot.resize_terminal(width, 8)
        await until(pilot, lambda: app.shown[0] == "one two three four five six", "it")
        await pilot.resize_terminal(12, 8)
        await until(pilot, lambda: app.shown[0] == "one two", "less")
        assert " ".join(" ".join(app.shown).split()) == WORDS


async def test_another_width_leaves_the_reader_about_there() -> None:
    app = Page()
    async with app.run_test(size=(61, 8)) as pilot:
        await app.page.show(f"{WORDS}\n\n" * 100)
        await pilot.pause()
        app.lines.scroll_to(y=150, animate=False)
        await pilot.pause()
        before = len(app.lines.laid_out(0))
        await pilot.resize_terminal(31, 8)
        await until(pilot, lambda: len(app.lines.laid_out(0)) != before, "the lines")
        await pilot.pause()
        share = app.lines.scroll_offset.y / len(app.lines.laid_out(0))
        assert share == pytest.approx(150 / before, abs=0.02)


async def test_what_is_shown_while_hidden_is_there_when_it_is_seen() -> None:
    app = Page()
    async with app.run_test(size=(40, 4)) as pilot:
        app.page.display = False
        await pilot.pause()
        await app.page.show("# hidden")
        app.page.display = True
        await until(pilot, lambda: app.shown[:1] == ["hidden"], "the text")


async def test_of_two_texts_the_one_asked_for_last_is_shown() -> None:
    app = Page()
    async with app.run_test(size=(60, 4)) as pilot:
        slow = "- a\n" * 60_000
        await asyncio.gather(app.page.show(slow), app.page.show("# the last"))
        assert app.shown[0] == "the last"
        assert app.note == ""
        await pilot.pause()
        assert app.shown[0] == "the last"


async def test_another_text_begins_at_its_top() -> None:
    app = Page()
    async with app.run_test(size=(60, 4)) as pilot:
        await app.page.show("a\n\n" * 100)
        app.lines.focus()
        app.animation_level = "none"
        await pilot.pause()
        await pilot.press("end")
        await until(pilot, lambda: app.lines.scroll_offset.y, "the end")
        await app.page.show("b\n\n" * 200)
        await until(pilot, lambda: app.lines.scroll_offset.y == 0, "the top")


async def test_a_text_that_is_too_long_says_so() -> None:
    app = Page()
    async with app.run_test(size=(60, 10)):
        for text in ("word " * 10 + "x" * LONGEST, "a\n" * (MOST_LINES + 1)):
            await app.page.show("short")
            assert app.note == ""
            await app.page.show(text)
            assert "Cut" in app.note
        await app.page.show("x" * LONGEST)
        assert app.note == ""
        await app.page.show("short", is_cut=True)
        assert "Cut" in app.note
        await app.page.show("short")
        assert app.note == ""


async def test_a_huge_text_says_what_is_not_laid_out_and_holds_nothing_up() -> None:
    app = Page()
    async with app.run_test(size=(60, 10)) as pilot:
        turns = 0
        shows = asyncio.create_task(app.page.show("- *a*\n" * 19_000))
        while not shows.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 5
        assert "as it was written" in app.note
        assert app.shown[0] == "• a"
        app.lines.focus()
        app.animation_level = "none"
        await pilot.pause()
        await pilot.press("end")
        await until(pilot, lambda: "- *a" in app.shown[-1], "the end")
