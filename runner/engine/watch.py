"""Tells a console when something changed, and what there is to show then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.engine.attendance import late_after
from runner.engine.day import midnight_ms, zone_name
from runner.engine.job_view import KnownJobs, job_views
from runner.engine.refresh import broken, refresh_if_free
from runner.model.run import RunStatus
from runner.model.snapshot import Snapshot, TickView, Totals
from runner.model.views import JobState, JobView
from runner.store import ticks, totals
from runner.store.db import data_version, demand_known_schema

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.store.ticks import Tick

RELOOK_MS = 2_000
"""What the index does not tell, such as a worker's death, is looked at this often."""

_ENDED_BADLY = frozenset({RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.LOST})
_HELD = frozenset({JobState.PAUSED, JobState.HELD})
_ACTIVE = frozenset({JobState.RUNNING, JobState.RETRY_WAIT})


class Watch:
    """Looks at one project again and again."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._version: int | None = None
        self._looked_ms = 0
        self._last: Snapshot | None = None
        self._known = KnownJobs()

    def look(self) -> Snapshot | None:
        """What there is to show; None where it is the same as at the last look.

        Raises StateUnavailableError where the state has gone away, or belongs to a
        newer program by now.
        """
        project = self._project
        now_ms = project.clock.awake_ms()
        project.demand_index()
        version = data_version(project.index)
        rested = now_ms - self._looked_ms < RELOOK_MS
        if version == self._version and (rested or not self._anything_active()):
            return None
        demand_known_schema(project.index, project.state.index)
        jobs = self._listed(version)
        self._version, self._looked_ms = version, now_ms
        snapshot = self._snapshot(jobs)
        if snapshot == self._last:
            return None
        self._last = snapshot
        return snapshot

    def attend(self) -> None:
        """What every console does for all: take in an edit, end what the dead left."""
        before = self._project.index.total_changes
        from runner.engine.repair import repair_if_free

        refresh_if_free(self._project)
        repair_if_free(self._project)
        if self._project.index.total_changes != before:
            self._version = None  # our own changes do not show in the data version

    def _anything_active(self) -> bool:
        return self._last is None or any(
            job.state in _ACTIVE for job in self._last.jobs
        )

    def _listed(self, version: int) -> list[JobView]:
        """All jobs; where the index is the same, only those that run are looked at."""
        if self._last is None or version != self._version:
            return self._known.listed(self._project)
        return [
            self._looked_at(job) if job.state in _ACTIVE else job
            for job in self._last.jobs
        ]

    def _looked_at(self, job: JobView) -> JobView:
        view = next(iter(job_views(self._project, job.id)), job)
        return job if view == job else view

    def _snapshot(self, jobs: list[JobView]) -> Snapshot:
        project = self._project
        zone = zone_name(project)
        last = ticks.latest(project.index, 1)
        return Snapshot(
            jobs=tuple(jobs),
            totals=self._totals(jobs, zone),
            tick=_tick_view(last[0]) if last else None,
            zone=zone,
            broken=tuple(broken(project)),
        )

    def _totals(self, jobs: list[JobView], zone: str) -> Totals:
        index = self._project.index
        counted = totals.active(index)
        today = midnight_ms(self._project.clock.wall_ms(), zone)
        return Totals(
            running=counted.get(RunStatus.RUNNING, 0),
            waiting=counted.get(RunStatus.QUEUED, 0)
            + counted.get(RunStatus.RETRY_WAIT, 0),
            failed=sum(_failed(job) for job in jobs),
            held=sum(job.state in _HELD for job in jobs),
            cost_today=totals.cost_since(index, today),
        )


def _tick_view(tick: Tick) -> TickView:
    return TickView(tick.wall_ms, tick.driver, late_after(tick))


def _failed(job: JobView) -> bool:
    return job.last_run is not None and job.last_run.status in _ENDED_BADLY
