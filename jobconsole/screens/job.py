"""One job on the whole screen, where the terminal is too narrow for more."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from jobconsole.panes.detail import LOG_KEY, PAGE_KEYS, DetailPane
from jobconsole.screens.acting import ActingScreen
from runner.model.views import JobState, JobView

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runner.model.snapshot import Snapshot
    from runner.model.views import RunView


class JobScreen(ActingScreen):
    """`run`: the one that it is about; without, the job's latest."""

    VIEW = "jobs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", id="job.back"),
        LOG_KEY,
        *PAGE_KEYS,
    ]

    def __init__(self, job: JobView, page: str, run: RunView | None = None) -> None:
        super().__init__()
        self._job = job
        self._page = page
        self._first_run = run

    def body(self) -> ComposeResult:
        yield DetailPane(self._page)

    def on_mount(self) -> None:
        self._detail.show_job(self._job, self._first_run)
        self._detail.turn_to(self._page, focus=True)

    def chosen_job(self) -> JobView | None:
        return self._job

    def chosen_run(self) -> RunView | None:
        return self._detail.chosen_run

    def show(self, snapshot: Snapshot) -> None:
        self._job = next(
            (job for job in snapshot.jobs if job.id == self._job.id), self._job
        )
        self._detail.show_job(self._job)

    def beat(self) -> None:
        super().beat()
        self._detail.beat()

    def action_page(self, page: str) -> None:
        self._detail.turn_to(page, focus=True)

    def action_back(self) -> None:
        self.dismiss()

    @property
    def _detail(self) -> DetailPane:
        return self.query_one(DetailPane)


def removed_job(job_id: str) -> JobView:
    """What is left to say of a job that is not configured any more."""
    return JobView(
        id=job_id,
        kind=None,
        agent=None,
        schedule="",
        timezone=None,
        role=None,
        enabled=False,
        state=JobState.DISABLED,
        next_at=None,
        last_run=None,
        lock=None,
        problem=None,
        description="not configured any more",
    )
