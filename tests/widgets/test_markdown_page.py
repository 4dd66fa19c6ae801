from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.app import App
from textual.widgets import Markdown, Static

from tests.helpers.screen import HOSTILE, lines_of
from widgets.lines import Lines
from widgets.markdown_page import LONGEST, MarkdownPage

if TYPE_CHECKING:
    from textual.app import ComposeResult

LINKS = """\
# Done

See [the report](https://example.org "title") or <https://example.org/auto>,
https://example.org/bare, ![a picture](file:///etc/passwd), [by name][ref].

<b onclick="x">bold</b> &#x202e;entity &lt;

[ref]: https://example.org/ref
"""


class Page(App[None]):
    """Only a page; a link that is opened is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.page = MarkdownPage()
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.page

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        del new_tab
        self.opened.append(url)

    @property
    def texts(self) -> str:
        """The text of everything on the screen."""
        strips = self.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    @property
    def metas(self) -> list[object]:
        """What a click could set off anywhere."""
        strips = self.screen._compositor.render_strips()
        segments = [it for strip in strips for it in strip]
        return [
            it.text
            for it in segments
            if it.style and (it.style.link or "@click" in it.style.meta)
        ]

    @property
    def note(self) -> str:
        note = self.page.query_one(Static)
        return str(note.render()) if note.display else ""


async def test_headings_lists_and_code_are_laid_out() -> None:
    app = Page()
    async with app.run_test(size=(60, 20)) as pilot:
        await app.page.show("# Title\n\n- *one*\n- `two`\n\n```\nprint(1)\n```\n")
        await pilot.pause()
        assert "Title" in app.texts
        assert "• one" in app.texts
        assert "#" not in app.texts
        assert app.note == ""


async def test_nothing_can_be_clicked_and_links_show_where_they_lead() -> None:
    app = Page()
    async with app.run_test(size=(100, 30)) as pilot:
        await app.page.show(LINKS)
        await pilot.pause()
        assert app.metas == []
        for part in (
            "[the report](https://example.org",
            "<https://example.org/auto>",
            "![a picture](file:///etc/passwd)",
            '<b onclick="x">bold</b> &#x202e;entity &lt;',
            "[ref]: https://example.org/ref",
        ):
            assert part in app.texts
        for y in range(30):
            await pilot.click(offset=(8, y))
        assert app.opened == []


@pytest.mark.parametrize(
    "frame",
    ["{}", "# {}", "- {}", "> {}", "`{}`", "```\n{}\n```", "|{}|\n|-|\n|{}|"],
)
async def test_hostile_text_is_only_text(frame: str) -> None:
    texts = [text[:200] for text in HOSTILE]
    app = Page()
    async with app.run_test(size=(60, 200)) as pilot:
        await app.page.show("\n\n".join(frame.replace("{}", it) for it in texts))
        await pilot.pause()
        assert app.metas == []
        assert not any(it in app.texts for it in "\x1b\x07\x00\u202e\x9b")
        for text in HOSTILE[:3]:
            assert text in app.texts


async def test_a_text_that_is_too_long_says_so() -> None:
    app = Page()
    async with app.run_test(size=(60, 10)) as pilot:
        await app.page.show("word " * 10 + "x" * LONGEST)
        await pilot.pause()
        assert "Cut" in app.note
        await app.page.show("short", is_cut=True)
        assert "Cut" in app.note
        await app.page.show("short")
        assert app.note == ""


@pytest.mark.parametrize(
    "text",
    [
        "- a\n" * 5_000,
        "---\n" * 5_000,
        "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n",
        "~~~python\n" + "x = 1\n" * 2_000,
        "word " * 2_000,
    ],
    ids=["items", "rules", "cells", "code", "paragraph"],
)
async def test_what_would_take_long_to_lay_out_is_shown_as_written(text: str) -> None:
    app = Page()
    async with app.run_test(size=(60, 10)) as pilot:
        await app.page.show(text)
        await pilot.pause()
        assert "as it was written" in app.note
        assert lines_of(app.page.query_one(Lines))[0].startswith(text[:3])
        await app.page.show("# simple")
        await pilot.pause()
        assert "simple" in app.texts
        assert not app.page.query_one(Lines).display


async def test_deep_nesting_is_no_trap() -> None:
    app = Page()
    async with app.run_test(size=(60, 10)) as pilot:
        await app.page.show(">" * 5_000 + " deep\n\n" + "*" * 5_000 + "x" + "[" * 5_000)
        await pilot.pause()
        assert app.metas == []


async def test_of_two_texts_the_one_asked_for_last_is_shown() -> None:
    app = Page()
    async with app.run_test(size=(60, 10)) as pilot:
        slow = "- a\n" * 20_000
        await asyncio.gather(app.page.show(slow), app.page.show("# the last"))
        await pilot.pause()
        assert "the last" in app.texts
        assert app.page.query_one(Markdown).source == "# the last"
