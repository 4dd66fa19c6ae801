"""A worker: executes the runs of one pool one after another, then leaves.

A timer is a worker that has not begun: it waits for what falls due before the next
tick and, when it comes, takes a run of it at once. Started as
`python -P -m runner.engine.worker CONFIG STATE ID POOL LINGER PIPE`; an empty pool
makes a timer. Everything it needs is imported before its first claim, so that an
upgrade of the program on disk never mixes two versions in one process.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner import __version__
from runner.engine import admit
from runner.engine.execute import Executed, execute
from runner.engine.perform import Hands
from runner.engine.project import Project, open_project
from runner.engine.refresh import refresh
from runner.engine.settle import end_run
from runner.engine.timer import Timer
from runner.process.descendants import Reaper, become_subreaper
from runner.process.environment import current
from runner.process.failpoint import failpoint
from runner.process.spawn import shed_inherited_signals
from runner.process.table import process_table
from runner.store import jobs, meta, runs, workers
from runner.store.db import data_version, schema_version, transaction
from runner.store.folders import StateDir
from runner.store.workers import WorkerRow

if TYPE_CHECKING:
    from runner.store.runs import Claim


_GLANCE_MS = 2
"""How often one who came early looks whether the instant has brought something."""


class Worker:
    """The life of one worker process."""

    def __init__(self, project: Project, worker_id: str) -> None:
        self._project = project
        self._id = worker_id
        self._schema = schema_version(project.index)
        self._seen_version = -1
        table = process_table()
        reaper = Reaper(table, project.clock, subreaper=become_subreaper())
        self._drives_agents = False
        self._hands = Hands(project, project.base(), table, reaper, self._look_around)

    def sign_in(self, pool: str | None) -> bool:
        """Take the appointed place; False if others fill it by now."""
        project = self._project
        with transaction(project.index):
            others = [w for w in admit.live_workers(project) if w.id != self._id]
            width = meta.pools(project.index).get(pool or "", 1)
            if sum(worker.pool == pool for worker in others) >= width:
                workers.sign_out(project.index, self._id)
                return False
            me = WorkerRow(self._id, pool, project.identity)
            workers.sign_in(project.index, me, project.clock.wall_ms())
        return True

    def wait_for_work(self) -> str | None:
        """As a timer: until something is due. The pool to work for, or None."""
        due = Timer(self._project, self._id, self._set_off).wait()
        self._set_off(due.appointed, 0)
        return due.pool

    def work(self, pool: str, *, linger_until_ms: int = 0) -> None:
        """Execute runs of the pool until there is none that could start.

        One that came for an instant waits for it until `linger_until_ms`.
        """
        self._drives_agents = self._learnt_to_drive(pool)
        executed: Executed | None = None
        here = True
        while here:
            may_leave = self._project.clock.wall_ms() >= linger_until_ms
            claim, here = self._claim(pool, executed, may_leave=may_leave)
            if executed is not None:
                executed.lock.release()
                failpoint("worker.ended")
                executed = None
            if claim is not None:
                failpoint("worker.claimed")
                executed = execute(self._hands, claim)
            elif here:
                self._await_work(pool, linger_until_ms)

    def _claim(
        self, pool: str, executed: Executed | None, *, may_leave: bool
    ) -> tuple[Claim | None, bool]:
        """End one run and take the next, or leave, all in one transaction.

        The claim, if there was something to take, and whether we are still here.
        """
        project = self._project
        appointed: list[WorkerRow] = []
        # A power cut must not undo the claim of an agent run: it would run twice.
        durable = self._drives_agents and runs.agents_waiting(project.index, pool)
        with transaction(project.index, durable=durable):
            if executed is not None:
                end_run(project, executed.receipt)
            claim = self._next(pool, durable=durable)
            leaves = claim is None and may_leave
            if leaves:
                workers.sign_out(project.index, self._id)
                appointed = admit.appoint(project)
        if appointed:
            admit.gather(project, admit.start(project, appointed))
        return claim, not leaves

    def _learnt_to_drive(self, pool: str) -> bool:
        """Import what agents need where the pool has jobs for them.

        One that has not leaves runs of agents to others: what comes later must not be
        imported between two runs.
        """
        if not jobs.pool_has_agents(self._project.index, pool):
            return False
        importlib.import_module("runner.engine.agent.work")
        return True

    def _await_work(self, pool: str, until_ms: int) -> None:
        """Wait until something is queued for the pool, or the time is over."""
        index, clock = self._project.index, self._project.clock
        boot = self._project.identity.boot
        seen = -1
        while clock.wall_ms() < until_ms:
            clock.sleep(_GLANCE_MS)
            if data_version(index) != seen:
                seen = data_version(index)
                if runs.claimable(index, boot, clock.wall_ms()).get(pool):
                    return

    def _next(self, pool: str, *, durable: bool) -> Claim | None:
        project = self._project
        if project.has_lost_index():
            return None
        written_by = meta.get(project.index, meta.PROGRAM)
        if written_by != __version__ or schema_version(project.index) != self._schema:
            return None
        now_ms = project.clock.wall_ms()
        claimant = runs.Claimant(self._id, project.identity, durable)
        claim = runs.claim(project.index, pool, claimant, now_ms)
        if claim is not None:
            jobs.note_start(project.index, claim.job_id, now_ms // 1000)
        return claim

    def _look_around(self) -> None:
        """While a run goes on: start the workers that a run inside it asked for."""
        project = self._project
        version = data_version(project.index)
        if version == self._seen_version:
            return
        self._seen_version = version
        if not meta.get(project.index, meta.ASKED):
            return
        with transaction(project.index):
            meta.put(project.index, {meta.ASKED: ""})
            appointed = admit.appoint(project)
        self._set_off(appointed, 0)

    def _set_off(self, appointed: list[WorkerRow], linger_until_ms: int) -> None:
        """Start fellow workers; they are no leftovers of anybody's run."""
        starting = admit.start(
            self._project, appointed, linger_until_ms=linger_until_ms
        )
        self._hands.reaper.kin.update(worker.pid for worker in starting)
        for worker in starting:
            os.close(worker.ready)


def main(arguments: list[str]) -> None:
    config, state, worker_id, pool, linger, pipe = arguments
    shed_inherited_signals()
    if not StateDir(Path(state)).index.exists():
        return  # lost since we were called: it is not ours to begin a new one
    with open_project(Path(config), Path(state), current()) as project:
        if meta.get(project.index, meta.PROGRAM) != __version__:
            refresh(project)  # it says which program the index belongs to now
        worker = Worker(project, worker_id)
        appointed = worker.sign_in(pool or None)
        failpoint("worker.signed_in")
        _give_word(int(pipe))
        if not appointed:
            return
        serving = pool or worker.wait_for_work()
        if serving:
            worker.work(serving, linger_until_ms=int(linger))
    failpoint("worker.left")


def _give_word(pipe: int) -> None:
    """Tell who started us that we are there; it may have gone on without us."""
    with contextlib.suppress(BrokenPipeError):
        os.write(pipe, b"1")
    os.close(pipe)


if __name__ == "__main__":
    main(sys.argv[1:])
