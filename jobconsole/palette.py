"""Finds jobs by name in the command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Provider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from jobconsole.seat import Seat
    from runner.model.views import JobView

OFFERED = 20
"""How many jobs are offered before anything is typed."""


class Jobs(Provider):
    """Choosing a job shows it in the list."""

    async def discover(self) -> AsyncIterator[DiscoveryHit]:
        for job in list(self._jobs())[:OFFERED]:
            yield DiscoveryHit(_title(job), self._show(job), help=_help(job))

    async def search(self, query: str) -> AsyncIterator[Hit]:
        matcher = self.matcher(query)
        for job in self._jobs():
            score = matcher.match(_title(job))
            if score > 0:
                title = matcher.highlight(_title(job))
                yield Hit(score, title, self._show(job), help=_help(job))

    def _jobs(self) -> Iterable[JobView]:
        snapshot = self._seat.snapshot
        return snapshot.jobs if snapshot else ()

    def _show(self, job: JobView) -> Callable[[], Awaitable[bool]]:
        return partial(self.app.run_action, f"app.show_job({job.id!r})")

    @property
    def _seat(self) -> Seat:
        return cast("Seat", self.app)


def _title(job: JobView) -> str:
    """Of letters, digits and `_.-` alone: nothing in it is markup."""
    return f"Job {job.id}"


def _help(job: JobView) -> str:
    return str(job.state).replace("_", " ")
