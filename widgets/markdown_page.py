"""A text that a job wrote in Markdown, laid out without being trusted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Static

from widgets.lines import Lines
from widgets.markdown_blocks import Document, read_document
from widgets.markdown_lines import lay_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from widgets.pieces import Pieces

LONGEST = 256 * 1024
"""Characters that are shown."""

MOST_LINES = 20_000
"""Lines that are shown: many objects make pauses, in which no key is answered."""


class Layout(NamedTuple):
    """The lines of a document for a width in cells."""

    document: Document
    width: int
    lines: tuple[Pieces, ...]


class MarkdownLines(Lines):
    """Lays its document out anew for each width, while keys and paint go on."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--code", "lines--emphasis"}
    DEFAULT_CSS = """
    MarkdownLines {
        & > .lines--code { color: $text-accent; }
        & > .lines--emphasis { text-style: italic; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._layout = Layout(Document((), is_whole=True), 0, ())
        self._is_reflowing = False

    def laid_out(self, width: int) -> Sequence[Pieces]:  # noqa: ARG002
        """As they are: those for this width follow."""
        return self._layout.lines

    def show_layout(self, layout: Layout) -> None:
        self._layout = layout
        self.update()
        self._reflow()

    def on_resize(self) -> None:
        self._reflow()

    def _reflow(self) -> None:
        if not self._is_reflowing and self._is_stale:
            self._is_reflowing = True
            self.run_worker(self._follow())

    @property
    def _is_stale(self) -> bool:
        width = self.scrollable_content_region.width
        return width not in {0, self._layout.width}

    async def _follow(self) -> None:
        """One layout at a time: of all widths meanwhile, only the last one counts."""
        try:
            while self._is_stale:
                document, width = (
                    self._layout.document,
                    self.scrollable_content_region.width,
                )
                layout = await asyncio.to_thread(_laid_out, document, width)
                if document is self._layout.document:
                    self._replace(layout)
        finally:
            self._is_reflowing = False

    def _replace(self, layout: Layout) -> None:
        """Stays about where the reader was."""
        before, now = len(self._layout.lines), len(layout.lines)
        top = self.scroll_offset.y * now // before if before else 0
        self._layout = layout
        self.update()
        self.scroll_to(y=top, animate=False, force=True)


class MarkdownPage(Vertical):
    """Shows one text; what would take too long to lay out, it shows as written."""

    DEFAULT_CSS = """
    MarkdownPage {
        & > Static { height: auto; color: $text-warning; display: none; }
        & > MarkdownLines { height: 1fr; }
    }
    """

    ascii: reactive[bool] = reactive(default=False)
    """Shapes for terminals without Unicode, from the next text on."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._asked = 0

    def compose(self) -> ComposeResult:
        yield Static(markup=False)
        yield MarkdownLines().data_bind(MarkdownPage.ascii)

    async def show(self, text: str, *, is_cut: bool = False) -> None:
        """`is_cut` says that there was more of it to begin with."""
        self._asked += 1
        turn, lines = self._asked, self.query_one(MarkdownLines)
        width = lines.scrollable_content_region.width
        start = "\n".join(text[:LONGEST].split("\n", MOST_LINES)[:MOST_LINES])
        layout = await asyncio.to_thread(_read, start, width, unicode=not self.ascii)
        if turn != self._asked:
            return  # Another text was to be shown meanwhile.
        self._note(
            is_cut=is_cut or len(start) < len(text), is_whole=layout.document.is_whole
        )
        lines.show_layout(layout)
        lines.scroll_home(animate=False)

    def _note(self, *, is_cut: bool, is_whole: bool) -> None:
        cut = "Cut: the whole text is in the file. " if is_cut else ""
        raw = "" if is_whole else "Too intricate: some is as it was written."
        note = self.query_one(Static)
        note.update(cut + raw)
        note.display = bool(cut + raw)


def _read(text: str, width: int, *, unicode: bool) -> Layout:
    return _laid_out(read_document(text, unicode=unicode), width)


def _laid_out(document: Document, width: int) -> Layout:
    """Nothing, if the width is not known yet."""
    return Layout(document, width, tuple(lay_out(document, width)) if width else ())
