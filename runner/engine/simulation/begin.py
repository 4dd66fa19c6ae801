"""What would happen in a window of time: a copy of the state on a fake clock.

Decisions are those of `enqueue`, made on rows that were read once; nothing is written.
What cannot be known is supposed: every run succeeds and takes as long as its job's
usually do, and agents use nothing of a budget of the day.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING

from runner.engine.clock_notes import Clocks, clock_notes
from runner.engine.coming import Window
from runner.engine.day import next_midnight_ms
from runner.engine.enqueue import PUNCTUAL_GRACE
from runner.engine.grants import Obstacle, granted, grants_for
from runner.engine.outlook import config_reason, outlook
from runner.engine.simulation.job import Copied, Refusal, SimulatedJob
from runner.engine.simulation.loop import Looks, Simulation
from runner.engine.simulation.runs import Downs, Run, Runs
from runner.model.agenda import Effect
from runner.model.definition import decode_definition
from runner.model.occurrence import Reason
from runner.model.simulation import Simulated, What
from runner.store import account, jobs, meta, occurrences, standing
from runner.store.account import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.engine.grants import Grants
    from runner.engine.project import Project
    from runner.model.definition import Definition
    from runner.model.simulation import Scenario
    from runner.store.account import GoingOn, Scheduled
    from runner.store.db import Connection

FOREVER = 1 << 60
"""An instant (epoch seconds) beyond all others."""

_order = attrgetter("at_ms", "job_id", "first")


def simulate(project: Project, scenario: Scenario) -> Iterator[Simulated]:
    """Everything that would happen, in the order of time.

    The state is read at once, what happens is found out as it is asked for.
    """
    grants = grants_for(project, FOREVER)
    downs = Downs((start * 1000, end * 1000) for start, end in scenario.downs)
    window = Window(scenario.start, scenario.end)
    clocks = Clocks(window)
    with account.one_look(project.index):
        rows = account.scheduled(project.index)
        copies = _copies(project.index, rows, grants, scenario)
        going_on = [] if scenario.at_rest else account.going_on(project.index)
        runs = Runs(meta.pools(project.index), downs)
        punctual = meta.period(project.index) + PUNCTUAL_GRACE
    simulated: list[SimulatedJob] = []
    for position, copied in enumerate(copies):
        zone = copied.row.timezone or grants.zone
        job = SimulatedJob(copied, position, clocks.of(zone), zone)
        if scenario.at_rest:
            job.rest(scenario.start)
        simulated.append(job)
    _go_on(simulated, runs, going_on, scenario.start)
    looks = Looks(scenario.start, scenario.end, downs, punctual)
    known = [*_left_out(rows, window, clocks), *_skips(simulated, window)]
    found = Simulation(simulated, runs, looks).events()
    if known:
        found = heapq.merge(sorted(known, key=_order), found, key=_order)
    told = frozenset(scenario.jobs)
    return (it for it in found if it.job_id in told) if told else found


def _copies(
    index: Connection, rows: list[Scheduled], grants: Grants, scenario: Scenario
) -> list[Copied]:
    """What the index knows of every configured job, in the file's order."""
    bodies = {it.job.id: it for it in map(decode_definition, jobs.definitions(index))}
    conditions = standing.by_job(index)
    skips = occurrences.skipped(index, scenario.start - 1)
    taken: defaultdict[str, set[int]] = defaultdict(set)
    if not scenario.at_rest:
        period = Period(0, scenario.end, scenario.start)
        for job_id, instant, _ in account.decided_ahead(index, period):
            taken[job_id].add(instant)
    return [
        Copied(
            row=row,
            body=(body := bodies.get(row.id)),
            outlook=outlook(config_reason(row), conditions.get(row.id, {}), {}),
            standing=conditions.get(row.id, {}),
            skipped=skips.get(row.id, ()),
            taken=frozenset(taken.get(row.id, ())),
            refusal=_refusal(index, body, grants, scenario.start * 1000),
        )
        for row in rows
    ]


def _refusal(
    index: Connection, body: Definition | None, grants: Grants, now_ms: int
) -> Refusal | None:
    """A budget of the day that is used up is so until the next one."""
    if body is None:
        return None
    found = granted(index, body, grants, now_ms)
    if not isinstance(found, Obstacle):
        return None
    if found.reason is Reason.BUDGET:
        return Refusal(found.reason, next_midnight_ms(now_ms, grants.zone) // 1000)
    return Refusal(found.reason, None)


def _go_on(
    simulated: list[SimulatedJob], runs: Runs, going_on: list[GoingOn], start: int
) -> None:
    """Begin with the runs that have not ended: some go on, some wait."""
    by_id = {job.id: job for job in simulated}
    for row in going_on:
        job = by_id.get(row.job_id)
        if job is None:
            continue
        run = Run(job.busy, row.pool, row.priority, alone=bool(row.alone))
        if row.started_ms is not None:
            ends_ms = row.started_ms + job.busy.takes_ms
            runs.resume(run, start * 1000, max(ends_ms - start * 1000, 0))
        elif row.scheduled_for is not None and job.held_until:
            runs.hold(run, job.held_until * 1000)
        else:
            runs.queue(run)


def _skips(simulated: list[SimulatedJob], window: Window) -> Iterator[Simulated]:
    """What persons skipped: it is decided before its time."""
    for job in simulated:
        for instant in job.skipped:
            if window.start <= instant < window.end and job.fires_at(instant):
                yield Simulated(
                    at_ms=instant * 1000,
                    job_id=job.id,
                    what=What.DECLINED,
                    first=instant,
                    last=instant,
                    count=1,
                    zone=job.zone,
                    reason=Reason.SKIPPED,
                )


def _left_out(
    rows: list[Scheduled], window: Window, clocks: Clocks
) -> Iterator[Simulated]:
    """Times of day that a clock never shows, and for which nothing stands in."""
    for note in clock_notes(rows, window, clocks):
        if note.effect is Effect.LOST:
            for job_id in note.jobs:
                yield Simulated(
                    at_ms=note.instant * 1000,
                    job_id=job_id,
                    what=What.LEFT_OUT,
                    first=note.instant,
                    last=note.instant,
                    count=note.count,
                    zone=note.zone,
                    note=f"the clock leaves out {note.wall}",
                )
