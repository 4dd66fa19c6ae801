"""Acts on several marked jobs at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from jobconsole.screens.acting import ActingScreen
from runner import api
from runner.model.orders import Decision
from runner.model.run import ACTIVE
from runner.model.views import HistoryQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.model.views import JobView

MOST_STOPPED = 1000

DECISIONS: dict[str, Callable[[api.Project, str, Decision], object]] = {
    "pause": api.pause,
    "resume": api.resume,
    "skip": api.skip,
    "disable": api.disable,
    "enable": api.enable,
}
"""What is decided about each marked job, by the words of the command line."""


class ManyJobs(ActingScreen):
    """A view on which several jobs can be marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "bulk", "Act on all that are marked", show=False, id="job.bulk"),
    ]

    def marked_jobs(self) -> list[JobView]:
        raise NotImplementedError

    @work(group="dialog")
    async def action_bulk(self) -> None:
        from jobconsole.screens.bulk import Bulk

        jobs = self.marked_jobs()
        if not jobs:
            self.console.say("nothing is marked: space marks a job, * marks all")
            return
        deed = await self.app.push_screen_wait(Bulk([job.id for job in jobs]))
        if deed is not None:
            for job in jobs:
                await self._do(deed, job)
            self.console.say(f"{deed}: {len(jobs)} jobs")

    async def _do(self, deed: str, job: JobView) -> None:
        if deed == "run":
            await self.start(job)
        elif deed == "stop":
            await self._stop_all(job)
        else:
            decision = Decision(self.console.stage.user)
            await self.bring_about(DECISIONS[deed], job.id, decision)

    async def _stop_all(self, job: JobView) -> None:
        """Every run of the job that has not ended."""
        query = HistoryQuery(job_id=job.id, statuses=ACTIVE, limit=MOST_STOPPED)
        page = await self.ask(api.history, query)
        for run in page.runs if page else []:
            await self.stop(run, kill=False)
