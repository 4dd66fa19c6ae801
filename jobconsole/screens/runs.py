"""All runs of all jobs, the latest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from jobconsole.filters import Filter
from jobconsole.panes.run_list import RunList
from jobconsole.parts.filter_line import FilterLine
from jobconsole.parts.masthead import Masthead
from jobconsole.screens.acting import ActingScreen
from jobconsole.screens.compare import CompareScreen
from jobconsole.screens.job import JobScreen, removed_job
from runner import api
from runner.model.orders import ReplayOrder
from runner.model.views import HistoryQuery, RunView

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runner.model.snapshot import Snapshot
    from runner.model.views import JobView

EMPTY = (
    "No run matches.\n\n"
    "Words look for names of jobs; status:failed, role:x, trigger:manual, since:2d"
    " for the rest.\n/ changes the filter, escape clears it."
)


class RunsScreen(ActingScreen):
    """The history, by a filter."""

    VIEW = "runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "open('log')", "log", id="job.log"),
        Binding("f", "open('files')", "Files", show=False, id="job.files"),
        Binding("a", "replay", "replay", id="run.replay"),
        Binding("equals_sign", "compare", "compare", id="run.compare", key_display="="),
        Binding("slash", "filter", "filter", id="runs.filter", key_display="/"),
        Binding("escape", "clear_filter", "Clear filter", show=False, id="runs.clear"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._filter = Filter()

    def body(self) -> ComposeResult:
        yield RunList(empty=EMPTY)
        yield FilterLine("words job:x status:failed role:x trigger:manual since:2d")

    def chosen_run(self) -> RunView | None:
        return self._list.chosen

    def chosen_job(self) -> JobView | None:
        run, snapshot = self.chosen_run(), self.console.snapshot
        if run is None or snapshot is None:
            return None
        return next((job for job in snapshot.jobs if job.id == run.job_id), None)

    def show(self, _: Snapshot) -> None:
        self._look()

    def beat(self) -> None:
        super().beat()
        self._list.table.repaint()

    def on_table_opened(self) -> None:
        self.action_open("overview")

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        self._filter = message.filter
        self.query_one(Masthead).say(message.said)
        self._look()

    def on_filter_line_left(self) -> None:
        self._list.table.focus()

    def action_filter(self) -> None:
        self.query_one(FilterLine).ask()

    def action_clear_filter(self) -> None:
        self.query_one(FilterLine).clear()

    def action_open(self, page: str) -> None:
        run = self.chosen_run()
        if run is not None:
            job = self.chosen_job() or removed_job(run.job_id)
            self.app.push_screen(JobScreen(job, page, run))

    @work(group="deed")
    async def action_replay(self) -> None:
        """The same again: as the run was, not as the job is now."""
        run = self.chosen_run()
        if run is None:
            return
        order = ReplayOrder(self.console.stage.user)
        replayed = await self.bring_about(api.replay, run.run_id, order)
        if replayed is not None:
            changed = "; the job has changed since" if replayed.changed else ""
            self.console.say(f"replays {run.job_id}: {replayed.run_id}{changed}")

    def action_compare(self) -> None:
        """Two marked runs; or the chosen one with the marked one."""
        marked = self._list.marked
        chosen = self.chosen_run()
        if len(marked) == 1 and chosen is not None and chosen != marked[0]:
            marked = [*marked, chosen]
        if len(marked) != 2:
            self.console.say("mark two runs with space, then compare them")
            return
        older, newer = sorted(marked, key=lambda run: run.seq)
        self.app.push_screen(CompareScreen(older.run_id, newer.run_id))

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        query = self._filter.history(HistoryQuery(), self.console.now * 1000)
        if isinstance(query, str):
            self._list.say(query)
        else:
            await self._list.ask_for(query)

    @property
    def _list(self) -> RunList:
        return self.query_one(RunList)
