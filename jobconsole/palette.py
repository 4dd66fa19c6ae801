"""What the command palette offers: what keys do here, the themes, then the jobs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Provider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from jobconsole.seat import Seat
    from runner.model.views import JobView

JOBS_OFFERED = 20
"""How many jobs are offered before anything is typed."""


class Offer(NamedTuple):
    """Nothing in its texts is markup: they are ours, or ids of jobs."""

    title: str
    told: str
    act: Callable[[], object]


class Everything(Provider):
    """One provider, so that its order is always the same."""

    async def discover(self) -> AsyncIterator[DiscoveryHit]:
        for offer in self._offers(JOBS_OFFERED):
            yield DiscoveryHit(offer.title, offer.act, help=offer.told)

    async def search(self, query: str) -> AsyncIterator[Hit]:
        matcher = self.matcher(query)
        for offer in self._offers(None):
            score = matcher.match(offer.title)
            if score > 0:
                title = matcher.highlight(offer.title)
                yield Hit(score, title, offer.act, help=offer.told)

    def _offers(self, most_jobs: int | None) -> Iterator[Offer]:
        seat = cast("Seat", self.app)
        for command in seat.get_system_commands(self.screen):
            yield Offer(command.title, command.help, command.callback)
        jobs = seat.snapshot.jobs if seat.snapshot else ()
        for job in jobs[:most_jobs]:
            told = str(job.state).replace("_", " ")
            yield Offer(f"Job {job.id}", told, self._show(job))

    def _show(self, job: JobView) -> Callable[[], Awaitable[bool]]:
        """Choosing a job shows it in the list."""
        return partial(self.app.run_action, f"app.show_job({job.id!r})")
