"""The waiting worker: what falls due between two ticks starts on time.

It holds no slot. It looks at the configuration every second, so that an edit counts
at the next instant, and leaves when nothing is due before the next tick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine import admit
from runner.engine.enqueue import decode_schedule, next_after
from runner.engine.instants import LEAD_MS, Instants
from runner.engine.refresh import refresh_if_free
from runner.process.failpoint import failpoint
from runner.store import jobs, meta, pulse, workers
from runner.store.db import transaction
from runner.store.workers import WorkerRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.engine.clocks import Reading
    from runner.engine.project import Project

LOOK_MS = 1_000


class Due(NamedTuple):
    """What the timer is to do now: work for a pool (None: leave), and whom to start."""

    pool: str | None
    appointed: list[WorkerRow]


class Timer:
    """Waits for the next instant of any job. `set_off` starts fellow workers."""

    def __init__(
        self,
        project: Project,
        worker_id: str,
        set_off: Callable[[list[WorkerRow], int], None],
    ) -> None:
        self._project = project
        self._id = worker_id
        self._set_off = set_off
        self._instants = Instants(project, set_off)

    def wait(self) -> Due:
        """Wait until a run can be taken, or nothing more is due before the next tick."""
        self._warm_up()
        while not self._project.has_lost_index():
            refresh_if_free(self._project)
            due = pulse.next_due(self._project.index)
            if due is None or due > meta.horizon(self._project.index):
                if self._left():
                    return Due(None, [])
                continue
            left_ms = due * 1000 - self._project.clock.wall_ms()
            if left_ms > LEAD_MS:
                self._project.clock.sleep(min(left_ms - LEAD_MS, LOOK_MS))
            elif not self._instants.is_ready_for(due):
                self._instants.get_ready(due, spare=1)
            elif left_ms > 0:
                self._project.clock.sleep(left_ms)
            else:
                come = self._instant()
                if come.pool is not None:
                    return come
                self._set_off(come.appointed, 0)
        return Due(None, [])

    def _warm_up(self) -> None:
        """Parse the coming schedules now: at their instant every millisecond counts."""
        index = self._project.index
        for job in jobs.due(index, meta.horizon(index)):
            next_after(decode_schedule(job.schedule), job.next_at)

    def _left(self) -> bool:
        """Leave, in the same transaction that saw nothing due."""
        index = self._project.index
        with transaction(index):
            due = pulse.next_due(index)
            if due is not None and due <= meta.horizon(index):
                return False
            workers.sign_out(index, self._id)
        return True

    def _instant(self) -> Due:
        """Enqueue what is due and take the first free place for ourselves."""
        project = self._project
        taken: list[str] = []

        def take(reading: Reading) -> None:
            lack = admit.lacking(project, admit.live_workers(project))
            for pool in list(lack)[:1]:
                me = WorkerRow(self._id, pool, project.identity)
                workers.sign_in(project.index, me, reading.look.wall_ms)
                taken.append(pool)

        struck = self._instants.strike(take)
        failpoint("timer.enqueued")
        return Due(next(iter(taken), None), struck.appointed)
