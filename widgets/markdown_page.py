"""A text that a job wrote in Markdown, laid out without being trusted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Markdown, Static

from runner.model.text import sanitise
from widgets.lines import Lines
from widgets.pieces import Piece

if TYPE_CHECKING:
    from textual.app import ComposeResult

LONGEST = 256 * 1024
"""Characters that are shown."""

_MOST_BLOCKS = 200
"""Each is a widget of its own, and mounting one takes milliseconds."""

_MOST_CODE = 8 * 1024
"""Characters to highlight, which is done while nothing else is painted."""

_LONGEST_BLOCK = 4 * 1024
"""Characters to wrap, likewise."""

_UNTRUSTED = (
    # Whatever can be clicked, hides where it leads or is not Markdown: shown as written.
    *("autolink", "html_block", "html_inline", "image", "link", "reference"),
    # It would make controls that were not there to be sanitised.
    "entity",
)


class MarkdownPage(Vertical):
    """Shows one text; what it cannot lay out in good time, it shows as written."""

    DEFAULT_CSS = """
    MarkdownPage {
        & > Static { height: auto; color: $text-warning; }
        & > VerticalScroll { height: 1fr; }
        & > Lines { height: 1fr; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._shown = 0

    def compose(self) -> ComposeResult:
        yield Static(markup=False)
        with VerticalScroll():
            yield Markdown(parser_factory=_parser, open_links=False)
        yield Lines()

    async def show(self, text: str, *, is_cut: bool = False) -> None:
        """`is_cut` says that there was more of it to begin with."""
        self._shown += 1
        turn = self._shown
        is_cut = is_cut or len(text) > LONGEST
        text = sanitise(text[:LONGEST])
        simple = await asyncio.to_thread(_is_simple, text)
        if turn != self._shown:
            return  # Another text was to be shown meanwhile.
        self._prepare(is_cut=is_cut, simple=simple)
        if simple:
            await self.query_one(Markdown).update(text)
            self.query_one(VerticalScroll).scroll_home(animate=False)
        else:
            lines = self.query_one(Lines)
            lines.show((Piece(line),) for line in text.split("\n"))
            lines.scroll_home(animate=False)

    def _prepare(self, *, is_cut: bool, simple: bool) -> None:
        cut = "" if not is_cut else "Cut: the whole text is in the file. "
        raw = "" if simple else "Too intricate to lay out: shown as it was written."
        note = self.query_one(Static)
        note.update(cut + raw)
        note.display = bool(cut + raw)
        self.query_one(VerticalScroll).display = simple
        self.query_one(Lines).display = not simple


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return parser.disable(_UNTRUSTED)


def _is_simple(text: str) -> bool:
    """Whether it makes few widgets, and none of them has much to wrap or highlight."""
    tokens = _parser().parse(text)
    blocks = sum(token.nesting >= 0 and token.type != "inline" for token in tokens)
    code = sum(len(token.content) for token in tokens if token.type == "fence")
    longest = max((len(token.content) for token in tokens), default=0)
    return blocks <= _MOST_BLOCKS and code <= _MOST_CODE and longest <= _LONGEST_BLOCK
