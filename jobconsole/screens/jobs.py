"""All jobs, and the chosen one beside them where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message

from jobconsole.filters import Filter
from jobconsole.panes.detail import LOG_KEY, PAGE_KEYS, DetailPane
from jobconsole.parts.filter_line import FilterLine
from jobconsole.parts.masthead import Masthead
from jobconsole.screens.marking import ManyJobs
from jobconsole.shown.rows import JOB_COLUMNS, job_order, job_row
from widgets.table import Table

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runner.model.snapshot import Snapshot
    from runner.model.views import JobView, RunView
    from widgets.pieces import Piece, Pieces

WIDE = 120
"""From so many columns on, the chosen job is shown beside the list."""

NO_JOBS = (
    "There are no jobs yet.\n\nDefine one under `jobs:` in teleclaude.yml:"
    " it appears here as soon as the file is saved.\n"
    "`jobconsole init` writes an example."
)
NONE_MATCH = "No job matches the filter.\n\n/ changes it, escape clears it."


class Wanted(Message, bubble=False):
    """Somebody wants to see this job."""

    def __init__(self, job_id: str) -> None:
        super().__init__()
        self.job_id = job_id


class JobsScreen(ManyJobs):
    """The view with which the console opens."""

    VIEW = "jobs"
    BINDINGS: ClassVar[list[BindingType]] = [
        LOG_KEY,
        Binding("slash", "filter", "filter", id="jobs.filter", key_display="/"),
        *PAGE_KEYS,
        Binding("escape", "clear_filter", "Clear filter", show=False, id="jobs.clear"),
        Binding("o", "sort", "Sort by the next column", show=False, id="jobs.sort"),
        Binding("S", "reverse", "Reverse the order", show=False, id="jobs.reverse"),
        Binding("left", "turn(-1)", "Page before", show=False, id="jobs.before"),
        Binding("right", "turn(1)", "Next page", show=False, id="jobs.next"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._filter = Filter()
        self._sorted_by: tuple[str, bool] | None = None
        self._jobs: dict[str, JobView] = {}

    def body(self) -> ComposeResult:
        table: Table[JobView] = Table(JOB_COLUMNS, lambda job: job.id, self._cells)
        table.ascii = self.console.stage.ascii
        table.empty = "looking..."
        with Horizontal(id="jobs"):
            yield table
            yield DetailPane()
        yield FilterLine("words status:failed role:x kind:agent tag:y !word")

    def chosen_job(self) -> JobView | None:
        key = self._table.cursor_key
        return None if key is None else self._jobs.get(key)

    def chosen_run(self) -> RunView | None:
        return self._detail.chosen_run if self._is_wide else None

    def marked_jobs(self) -> list[JobView]:
        marks = self._table.marks
        return [job for job in self._table.items if job.id in marks]

    def show(self, snapshot: Snapshot) -> None:
        self._jobs = {job.id: job for job in snapshot.jobs}
        self._list(snapshot)
        self._show_detail()

    def beat(self) -> None:
        super().beat()
        self._table.repaint()
        if self._is_wide:
            self._detail.beat()

    def on_wanted(self, message: Wanted) -> None:
        if not self._table.go_to(message.job_id):
            self.query_one(FilterLine).clear()
            self._list(self.console.snapshot)
            self._table.go_to(message.job_id)
        self._table.focus()

    def on_table_highlighted(self, message: Table.Highlighted) -> None:
        if message.control is self._table:
            self._show_detail()

    def on_table_opened(self, message: Table.Opened) -> None:
        if message.control is self._table:
            self.action_page("overview")

    def on_table_header_clicked(self, message: Table.HeaderClicked) -> None:
        key, reverse = self._sorted_by or ("", False)
        self._sort((message.column, message.column == key and not reverse))

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        self._filter = message.filter
        self.query_one(Masthead).say(message.said)
        self._list(self.console.snapshot)

    def on_filter_line_left(self) -> None:
        self._table.focus()

    def on_resize(self) -> None:
        if not self._is_wide and self._detail.has_focus_within:
            self._table.focus()
        self._show_detail()

    def action_page(self, page: str) -> None:
        """Open a page of the chosen job: beside the list, else on the whole screen."""
        job = self.chosen_job()
        if job is None:
            return
        if self._is_wide:
            self._detail.turn_to(page, focus=True)
        else:
            from jobconsole.screens.job import JobScreen

            self.app.push_screen(JobScreen(job, page))

    def action_turn(self, by: int) -> None:
        if self._is_wide:
            self._detail.action_turn(by)

    def action_filter(self) -> None:
        self.query_one(FilterLine).ask()

    def action_clear_filter(self) -> None:
        if not self._table.has_focus:
            self._table.focus()
        else:
            self.query_one(FilterLine).clear()

    def action_sort(self) -> None:
        keys = [column.key for column in JOB_COLUMNS]
        now = self._sorted_by[0] if self._sorted_by else None
        following = keys.index(now) + 1 if now else 0
        self._sort((keys[following], False) if following < len(keys) else None)

    def action_reverse(self) -> None:
        key, reverse = self._sorted_by or (JOB_COLUMNS[1].key, False)
        self._sort((key, not reverse))

    @property
    def _table(self) -> Table[JobView]:
        return self.query_one("#jobs > Table", Table)

    @property
    def _detail(self) -> DetailPane:
        return self.query_one(DetailPane)

    @property
    def _is_wide(self) -> bool:
        return self.size.width >= WIDE

    def _sort(self, by: tuple[str, bool] | None) -> None:
        self._sorted_by = by
        self._table.sorted_by = by
        self._list(self.console.snapshot)

    def _list(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            return
        shown = [job for job in snapshot.jobs if self._filter.accepts(job)]
        if self._sorted_by is not None:
            key, reverse = self._sorted_by
            shown.sort(key=job_order(key), reverse=reverse)
        self._table.empty = NONE_MATCH if snapshot.jobs else NO_JOBS
        self._table.show(shown)

    def _show_detail(self) -> None:
        if self._is_wide:
            self._detail.show_job(self.chosen_job())

    def _cells(self, job: JobView) -> tuple[Piece | Pieces, ...]:
        return job_row(job, self.console.now, ascii_only=self.console.stage.ascii)
