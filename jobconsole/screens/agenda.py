"""What happened in the last 24 hours, and what comes in the next, in order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from jobconsole.parts.look import paragraph
from jobconsole.screens.acting import ActingScreen
from jobconsole.screens.job import JobScreen, removed_job
from jobconsole.shown.agenda import (
    COLUMNS,
    Entry,
    Now,
    agenda_row,
    entry_key,
    hours,
    notes,
)
from runner import api
from runner.model.agenda import Agenda, Coming, Past
from widgets.table import Table

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runner.model.snapshot import Snapshot
    from runner.model.views import JobView
    from widgets.pieces import Piece, Pieces

DAY = 86_400
ASK_AGAIN_SECONDS = 30
"""The window moves on with the time."""

UPPER_PART = 3

EMPTY = (
    "Nothing happened in the last 24 hours, and nothing comes in the next.\n\n"
    "Give a job a time with `when:` in teleclaude.yml; 1 shows the jobs."
)


class AgendaScreen(ActingScreen):
    """A bar of hours, the entries in order of time, and notes."""

    VIEW = "agenda"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "now", "now", id="agenda.now"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._agenda: Agenda | None = None

    def body(self) -> ComposeResult:
        table: Table[Entry] = Table(COLUMNS, entry_key, self._cells)
        table.ascii = self.console.stage.ascii
        table.empty = "looking..."
        yield Static(id="hours")
        yield table
        with VerticalScroll(id="notes", can_focus=False):
            yield Static()

    def chosen_job(self) -> JobView | None:
        entry, snapshot = self._table.current, self.console.snapshot
        if snapshot is None or not isinstance(entry, Coming | Past):
            return None
        return next((job for job in snapshot.jobs if job.id == entry.job_id), None)

    def chosen_run_id(self) -> str | None:
        entry = self._table.current
        return entry.run_id if isinstance(entry, Past) else None

    def chosen_instant(self) -> int | None:
        entry = self._table.current
        return entry.first if isinstance(entry, Coming | Past) else None

    def show(self, _: Snapshot) -> None:
        self._look()

    def beat(self) -> None:
        super().beat()
        self._table.repaint()
        agenda = self._agenda
        if agenda and self.console.now - agenda.now >= ASK_AGAIN_SECONDS:
            self._look()

    def on_table_opened(self) -> None:
        entry = self._table.current
        if isinstance(entry, Coming | Past):
            self._open(entry, self.chosen_job() or removed_job(entry.job_id))

    @work(exclusive=True, group="open")
    async def _open(self, entry: Coming | Past, job: JobView) -> None:
        run_id = entry.run_id if isinstance(entry, Past) else None
        run = await self.ask(api.resolve_run, run_id) if run_id else None
        await self.app.push_screen(JobScreen(job, "overview", run))

    def action_now(self) -> None:
        """The present in the upper third: the agenda is about what comes."""
        table = self._table
        table.go_to(entry_key(Now()))
        now = len(self._agenda.past) if self._agenda else 0
        top = max(now - table.size.height // UPPER_PART, 0)
        table.scroll_to(y=top, animate=False, force=True)

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        now = self.console.now
        agenda = await self.ask(api.agenda, now - DAY, now + DAY)
        if agenda is None:
            return
        first = self._agenda is None
        self._agenda = agenda
        ascii_only = self.console.stage.ascii
        self.query_one("#hours", Static).update(
            paragraph(hours(agenda, ascii_only=ascii_only))
        )
        told = notes(agenda)
        self.query_one("#notes").display = bool(told)
        self.query_one("#notes Static", Static).update(paragraph(told))
        self._table.empty = EMPTY
        busy = agenda.past or agenda.coming
        self._table.show([*agenda.past, Now(), *agenda.coming] if busy else [])
        if first:
            self.action_now()

    @property
    def _table(self) -> Table[Entry]:
        return self.query_one(Table)

    def _cells(self, entry: Entry) -> tuple[Piece | Pieces, ...]:
        return agenda_row(entry, self.console.now, ascii_only=self.console.stage.ascii)
