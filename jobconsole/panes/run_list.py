"""Runs by some question, the latest first; older ones are fetched as one goes down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import work
from textual.containers import Vertical
from textual.widgets import Static

from jobconsole.marks import Style
from jobconsole.parts.look import content
from jobconsole.parts.part import Part
from jobconsole.shown.rows import RUN_COLUMNS, run_row
from runner import api
from runner.model.errors import JobNotFoundError
from widgets.pieces import Piece
from widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Container

    from textual.app import ComposeResult

    from runner.engine.browse import HistoryPage
    from runner.model.views import HistoryQuery, RunView
    from widgets.columns import Column
    from widgets.pieces import Pieces

PAGE = 200
NEAR_THE_END = 50
"""So many rows before the last one, the next page is fetched."""


class RunList(Part, Vertical):
    """`without` are keys of columns that say nothing new where it stands."""

    def __init__(self, *, without: Container[str] = (), empty: str) -> None:
        super().__init__()
        shown = [(n, it) for n, it in enumerate(RUN_COLUMNS) if it.key not in without]
        self._indices = [index for index, _ in shown]
        self._columns: list[Column] = [column for _, column in shown]
        self._empty = empty
        self._query: HistoryQuery | None = None
        self._runs: list[RunView] = []
        self._more = False

    def compose(self) -> ComposeResult:
        table: Table[RunView] = Table(
            self._columns, lambda run: run.run_id, self._cells
        )
        table.ascii = self.console.stage.ascii
        yield table
        yield Static(id="note")

    def on_mount(self) -> None:
        self.say("")

    def say(self, note: str) -> None:
        """What one should know of the answer, or why there is none."""
        line = self.query_one("#note", Static)
        line.update(content([Piece(note, Style.ODD)]))
        line.display = bool(note)

    @property
    def table(self) -> Table[RunView]:
        return self.query_one(Table)

    @property
    def chosen(self) -> RunView | None:
        """The run under the cursor."""
        key = self.table.cursor_key
        return next((run for run in self._runs if run.run_id == key), None)

    @property
    def marked(self) -> list[RunView]:
        return [run for run in self._runs if run.run_id in self.table.marks]

    async def ask_for(self, query: HistoryQuery) -> None:
        """Show what answers this question; again: what is new since."""
        page = await self.ask(_answer, replace(query, limit=PAGE))
        if page is None:
            return
        if isinstance(page, str):
            self.say(page)
            return
        older: list[RunView] = []
        if query == self._query and page.more and self._adjoins(page.runs):
            last = page.runs[-1].seq
            older = [run for run in self._runs if run.seq < last]
        if not older:
            self._more = page.more
        self._query = query
        self._runs = [*self._reused(page.runs), *older]
        self.say(page.note)
        self.table.empty = self._empty
        self.table.show(self._runs)

    def on_table_highlighted(self, message: Table.Highlighted) -> None:
        near = self._runs[-NEAR_THE_END:]
        if self._more and any(run.run_id == message.key for run in near):
            self._fetch_older()

    @work(exclusive=True, group="older")
    async def _fetch_older(self) -> None:
        asked = self._query
        if asked is None:
            return
        query = replace(asked, before_seq=self._runs[-1].seq, limit=PAGE)
        page = await self.ask(api.history, query)
        if page is not None and asked == self._query:
            self._more = page.more
            self._runs = [*self._runs, *page.runs]
            self.table.show(self._runs)

    def _adjoins(self, runs: list[RunView]) -> bool:
        """Whether nothing lies between these runs and those that are shown."""
        return bool(self._runs and runs) and runs[-1].seq <= self._runs[0].seq

    def _reused(self, runs: list[RunView]) -> list[RunView]:
        known = {run.run_id: run for run in self._runs}
        return [known[it.run_id] if known.get(it.run_id) == it else it for it in runs]

    def _cells(self, run: RunView) -> tuple[Piece | Pieces, ...]:
        cells = run_row(run, self.console.now, ascii_only=self.console.stage.ascii)
        return tuple(cells[index] for index in self._indices)


def _answer(project: api.Project, query: HistoryQuery) -> HistoryPage | str:
    """The runs; or why there are none, while a name is still being typed."""
    try:
        return api.history(project, query)
    except JobNotFoundError as error:
        return error.message
