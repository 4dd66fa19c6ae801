"""The files of a run: a list, and the chosen one beside or below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.widgets import ContentSwitcher

from jobconsole import words
from jobconsole.panes.pane import Pane, Subject
from jobconsole.shown.file import file_lines
from runner import api
from widgets.columns import Column
from widgets.lines import Lines
from widgets.markdown_page import MarkdownPage
from widgets.pieces import Piece
from widgets.table import Table

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runner.engine.run_files import FileText, RunFile

COLUMNS = (Column("name", "FILE", 18, flex=1), Column("size", "SIZE", 8, right=True))
EMPTY = "No files: it has not run yet."
USUAL = "summary.md"


class FilesPane(Pane):
    """A list of files above the text of one of them."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._run_id: str | None = None
        self._shown: tuple[str | None, str | None, int] = (None, None, 0)

    def compose(self) -> ComposeResult:
        ascii_only = self.console.stage.ascii
        table: Table[RunFile] = Table(COLUMNS, lambda file: file.name, _cells)
        table.ascii = ascii_only
        yield table
        lines = Lines(id="plain")
        lines.ascii = ascii_only
        with ContentSwitcher(initial="plain"):
            yield lines
            yield MarkdownPage(id="rendered")

    async def load(self, subject: Subject) -> None:
        run = subject.run
        files = await self.ask(api.run_files, run.run_id) if run else []
        table = self.query_one(Table)
        fresh = run is not None and run.run_id != self._run_id
        self._run_id = run.run_id if run else None
        table.empty = EMPTY
        table.show(files or [])
        if fresh:
            table.go_to(USUAL)
        self._read()

    def on_table_highlighted(self, message: Table.Highlighted) -> None:
        message.stop()
        self._read()

    def on_table_opened(self, message: Table.Opened) -> None:
        message.stop()
        shown = self.query_one(ContentSwitcher).visible_content
        if isinstance(shown, Lines):
            shown.focus()

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        file: RunFile | None = self.query_one(Table).current
        if file is None or self._run_id is None:
            self._shown = (None, None, 0)
            self.query_one(ContentSwitcher).current = "plain"
            self.query_one("#plain", Lines).show([])
            return
        wanted = (self._run_id, file.name, file.bytes)
        if wanted == self._shown:
            return
        text = await self.ask(api.read_run_file, self._run_id, file.name)
        if text is not None:
            self._shown = wanted
            await self._show(file.name, text)

    async def _show(self, name: str, text: FileText) -> None:
        rendered = name.endswith(".md")
        switcher = self.query_one(ContentSwitcher)
        switcher.current = "rendered" if rendered else "plain"
        if rendered:
            await self.query_one(MarkdownPage).show(text.text, is_cut=text.is_cut)
        else:
            self.query_one("#plain", Lines).show(file_lines(name, text))


def _cells(file: RunFile) -> tuple[Piece, ...]:
    return (Piece(file.name), Piece(words.size(file.bytes)))
