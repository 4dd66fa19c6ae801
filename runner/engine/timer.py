"""The waiting worker: what falls due between two ticks starts on time.

It holds no slot. It looks at the configuration every second, so that an edit counts
at the next instant, and leaves when nothing is due before the next tick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine import admit
from runner.engine.clocks import read_clocks
from runner.engine.enqueue import decode_schedule, enqueue_at, next_after
from runner.engine.grants import grants_for
from runner.engine.refresh import refresh_if_free
from runner.engine.repair import repair_if_free
from runner.process.failpoint import failpoint
from runner.store import jobs, meta, pulse, workers
from runner.store.db import transaction
from runner.store.workers import WorkerRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.engine.grants import Grants
    from runner.engine.project import Project

LOOK_MS = 1_000

LEAD_MS = 1_000
"""How long before an instant those come who will be needed at it."""

LINGER_MS = 1_000
"""How long after it they wait for what they came for."""


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
        self._prepared_for: int | None = None
        self._grants: Grants | None = None

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
            elif self._prepared_for != due:
                self._prepared_for = due
                self._prepare(due)
            elif left_ms > 0:
                self._project.clock.sleep(left_ms)
            else:
                come = self._instant()
                if come.pool is not None:
                    return come
                self._set_off(come.appointed, 0)
        return Due(None, [])

    def _prepare(self, due: int) -> None:
        """Clear away the dead, ask who has which role, and have fellow workers come."""
        repair_if_free(self._project)
        self._grants = grants_for(self._project, due)
        with transaction(self._project.index):
            fellows = admit.appoint_ahead(self._project, due)
        self._set_off(fellows, due * 1000 + LINGER_MS)

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
        index = project.index
        # One who slept over the instant has more to decide than was asked about.
        due = self._prepared_for or 0
        asked = self._grants if project.now() <= due + LINGER_MS // 1000 else None
        grants = asked or grants_for(project, project.now())
        with transaction(index, durable=True):
            reading = read_clocks(project)
            enqueue_at(index, reading, grants)
            lack = admit.lacking(project, admit.live_workers(project))
            pool = next(iter(lack), None)
            if pool is not None:
                me = WorkerRow(self._id, pool, project.identity)
                workers.sign_in(index, me, reading.look.wall_ms)
            appointed = admit.appoint(project)
        failpoint("timer.enqueued")
        return Due(pool, appointed)
