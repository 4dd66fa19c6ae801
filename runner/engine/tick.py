"""One pass: repair, enqueue what is due, admit, start workers, leave.

Milliseconds, never the length of a job. With nothing due and nothing changed it
imports no parser and no schedule.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from runner.engine import refresh
from runner.engine.clocks import read_clocks
from runner.process.driver import Driver, driver_here
from runner.process.failpoint import failpoint
from runner.process.locks import Holder, last_holder, living_holder
from runner.store import meta, pulse, ticks
from runner.store.db import transaction
from runner.store.rotate import rotate
from runner.store.ticks import GRACE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runner.engine.clocks import Reading
    from runner.engine.enqueue import Enqueued
    from runner.engine.ledger import Declined
    from runner.engine.project import Project

LOCK_WAIT_MS = 200
LOG_MOST = 1 << 20
"""Bytes from which on what drivers and workers say is put aside; one older part is kept."""


class Rhythm(NamedTuple):
    """When whoever ticks means to do so again.

    `every` is in seconds; None: as it was said last. Who `stays` waits himself for what
    falls due in between, so that no timer need stand in.
    """

    every: int | None = None
    stays: bool = False


class TickReport(NamedTuple):
    """What a tick did. `busy` is who held the runner lock instead.

    `started` are the runs that it queued, `silent_workers` how many workers did not
    report in time.
    """

    started: list[str]
    skipped: list[Declined]
    repaired: list[str]
    busy: Holder | None = None
    messages: Sequence[str] = ()
    silent_workers: int = 0


_ONCE_MORE = Rhythm()


def run(
    project: Project, rhythm: Rhythm = _ONCE_MORE, *, dry_run: bool = False
) -> TickReport:
    """Raises ConfigInvalidError where no configuration was ever good."""
    with project.runner_lock(LOCK_WAIT_MS) as held:
        if not held:
            return TickReport([], [], [], busy=_who_is_busy(project))
        failpoint("tick.locked")
        refresh.refresh_under_lock(project)
        refresh.demand_some_configuration(project)
        failpoint("tick.refreshed")
        repaired, troubles = ([], []) if dry_run else _repair(project)
        failpoint("tick.repaired")
        started, skipped = _enqueue(project, rhythm, dry_run=dry_run)
        failpoint("tick.enqueued")
    failpoint("tick.unlocked")
    silent = 0
    if not dry_run:
        silent = start_workers(project)
        for log in (project.state.driver_log, project.state.worker_log):
            rotate(log, LOG_MOST)
    messages = [*refresh.broken(project), *troubles]
    return TickReport(started, skipped, repaired, None, messages, silent)


def _who_is_busy(project: Project) -> Holder:
    """Who holds the runner lock, or signed it last if he has let go by now."""
    path = project.state.runner_lock
    unknown = Holder(project.identity, project.clock.wall_ms(), None)
    return living_holder(path) or last_holder(path) or unknown


def start_workers(project: Project) -> int:
    """Start the workers that are missing; how many of them gave no word.

    Inside a run nothing is started: its worker is asked to, so that what starts here
    is not taken for something the run left behind.
    """
    if not _work_is_waiting(project):
        return 0
    from runner.engine import admit
    from runner.engine.enclosure import is_inside
    from runner.process.spawn import reap

    inside = is_inside(project)
    with transaction(project.index):
        if inside:
            meta.put(project.index, {meta.ASKED: str(os.getpid())})
            return 0
        appointed = admit.appoint(project)
    failpoint("tick.appointed")
    starting = admit.start(project, appointed)
    reap(project.sent_off)
    project.sent_off.update(worker.pid for worker in starting)
    failpoint("tick.spawned")
    return admit.gather(project, starting)


def _work_is_waiting(project: Project) -> bool:
    """Whether there may be something to start, told by two quick queries."""
    if pulse.any_queued(project.index):
        return True
    due = pulse.next_due(project.index)
    return due is not None and due <= meta.horizon(project.index)


def _repair(project: Project) -> tuple[list[str], list[str]]:
    """The runs that were ended, and what was in the way of others."""
    if not pulse.any_unfinished(project.index):
        return [], []
    from runner.engine.repair import repair

    return repair(project)


def _enqueue(
    project: Project, rhythm: Rhythm, *, dry_run: bool
) -> tuple[list[str], list[Declined]]:
    index = project.index
    reading = read_clocks(project)
    now = reading.look.wall_ms // 1000
    something = reading.set_back or pulse.any_due(index, now)
    decide = _decider(project, reading) if something else None
    with transaction(index, durable=something, undo=dry_run):
        enqueued = decide() if decide else None
        driver = Driver.RESIDENT if rhythm.stays else driver_here(project.start)
        every = rhythm.every or meta.period(index)
        ticks.record(index, reading.look, driver, every)
        horizon = now if rhythm.stays else now + every + GRACE_SECONDS
        meta.put(index, {meta.HORIZON: str(horizon), meta.PERIOD: str(every)})
    return ([], []) if enqueued is None else (enqueued.run_ids, enqueued.declined)


def _decider(project: Project, reading: Reading) -> Callable[[], Enqueued]:
    """Enqueues what is due, once what takes time to find out is known."""
    from runner.engine.enqueue import enqueue_at
    from runner.engine.grants import grants_for

    grants = grants_for(project, reading.look.wall_ms // 1000)
    return lambda: enqueue_at(project.index, reading, grants)
