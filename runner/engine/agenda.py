"""What falls due in a window of time, in order, and what became of what fell due."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING

from runner.engine.clock_notes import Clocks, clock_notes
from runner.engine.coming import Shared, Window, entries, groups
from runner.engine.conflicts import collisions, overruns
from runner.engine.outlook import FREE, Outlook, config_reason, outlook
from runner.engine.past import became_of
from runner.model.agenda import Agenda
from runner.store import account, meta, standing
from runner.store.account import Period

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.model.occurrence import Reason
    from runner.store.account import Scheduled
    from runner.store.db import Connection


def agenda(project: Project, start: int, end: int) -> Agenda:
    """Everything in [start, end): decided or to come, and what gets in the way."""
    index = project.index
    window, now = Window(start, end), project.now()
    zone = meta.get(index, meta.ZONE) or project.system_zone()
    with account.one_look(index):
        jobs = account.scheduled(index)
        period = Period(start, end, now)
        outlooks = _outlooks(index, jobs, period)
        pools = meta.pools(index)
        past = became_of(index, period, zone)
    found = groups(jobs, window, outlooks)
    clocks = Clocks(window)
    shared = Shared(window, outlooks, zone, clocks)
    coming = [entry for group in found for entry in entries(group, shared)]
    coming.sort(key=attrgetter("first", "job_id"))
    return Agenda(
        start=start,
        end=end,
        now=now,
        zone=zone,
        coming=tuple(coming),
        past=tuple(past),
        collisions=tuple(collisions(found, outlooks, pools)),
        overruns=tuple(overruns(found, outlooks)),
        clock_notes=tuple(clock_notes(jobs, window, clocks)),
    )


def _outlooks(
    index: Connection, jobs: list[Scheduled], period: Period
) -> dict[str, Outlook]:
    """Of the jobs that something stands in the way of."""
    decided: dict[str, dict[int, Reason | None]] = defaultdict(dict)
    for job_id, instant, reason in account.decided_ahead(index, period):
        decided[job_id][instant] = reason
    conditions = standing.by_job(index)
    found: dict[str, Outlook] = {}
    for job in jobs:
        own = decided.get(job.id, {})
        view = outlook(config_reason(job), conditions.get(job.id, {}), own)
        if view is not FREE:
            found[job.id] = view
    return found
