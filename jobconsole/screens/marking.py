"""Acts on several marked jobs at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from jobconsole.screens.acting import ActingScreen
from runner import api
from runner.model.orders import Decision, Order
from runner.model.run import ACTIVE, Trigger
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
        if deed == "stop" and not await self._is_sure(len(jobs)):
            return
        if deed is not None:
            done = [job.id for job in jobs if await self._do(deed, job)]
            self.console.say(f"{deed}: {len(done)} of {len(jobs)} jobs")

    async def _is_sure(self, count: int) -> bool:
        from jobconsole.screens.confirm import Confirm

        question = f"Stop what runs of {count} marked job{'s' if count > 1 else ''}?"
        return await self.app.push_screen_wait(Confirm(question)) is True

    async def _do(self, deed: str, job: JobView) -> bool:
        """Whether it was done; why it was not has been told."""
        user = self.console.stage.user
        if deed == "run":
            order = Order(job.id, user, trigger=Trigger.CONSOLE)
            return await self.bring_about(api.submit, order) is not None
        if deed == "stop":
            return await self.bring_about(_stop_all, job.id, user) is not None
        decided = await self.bring_about(DECISIONS[deed], job.id, Decision(user))
        return decided is not None


def _stop_all(project: api.Project, job_id: str, user: str) -> int:
    """Ask every run of the job that has not ended to stop; how many there were."""
    query = HistoryQuery(job_id=job_id, statuses=ACTIVE, limit=MOST_STOPPED)
    runs = api.history(project, query).runs
    for run in runs:
        api.cancel(project, run.run_id, actor=user)
    return len(runs)
