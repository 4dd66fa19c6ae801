"""How many workers there must be, and getting them there."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
from typing import TYPE_CHECKING

from runner.process.identity import identity_of, is_alive
from runner.process.spawn import Detached, spawn_detached
from runner.store import jobs, meta, pulse, runs, workers
from runner.store.db import transaction
from runner.store.workers import WorkerRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.engine.project import Project
    from runner.model.identity import Identity

HANDSHAKE_MS = 2_000
WORKER_MODULE = "runner.engine.worker"


def live_workers(project: Project) -> list[WorkerRow]:
    """Workers whose processes live; the rows of others are dropped.

    Call it inside a transaction.
    """
    living: list[WorkerRow] = []
    for worker in workers.everyone(project.index):
        if is_alive(worker.identity):
            living.append(worker)
        else:
            workers.sign_out(project.index, worker.id)
    return living


def lacking(project: Project, living: list[WorkerRow]) -> dict[str, int]:
    """How many workers each pool could use beyond those that it has."""
    widths = meta.pools(project.index)
    running = runs.running_by_pool(project.index)
    boot, now_ms = project.identity.boot, project.clock.wall_ms()
    waiting_runs = runs.claimable(project.index, boot, now_ms)
    lack: dict[str, int] = {}
    for pool, waiting in waiting_runs.items():
        present = sum(worker.pool == pool for worker in living)
        about_to_claim = max(present - running.get(pool, 0), 0)
        free = min(waiting - about_to_claim, widths.get(pool, 1) - present)
        if free > 0:
            lack[pool] = free
    return lack


def timer_wanted(project: Project, living: list[WorkerRow]) -> bool:
    """Whether something falls due before the next tick and nobody waits for it."""
    if any(worker.pool is None for worker in living):
        return False
    due = pulse.next_due(project.index)
    return due is not None and due <= meta.horizon(project.index)


def appoint(project: Project) -> list[WorkerRow]:
    """Sign in the workers and the timer that are missing, to be started at once.

    Call it inside a transaction: whoever looks next sees them.
    """
    living = live_workers(project)
    wanted: list[str | None] = []
    for pool, number in lacking(project, living).items():
        wanted += [pool] * number
    if timer_wanted(project, living):
        wanted.append(None)
    return _signed_in(project, wanted)


def appoint_ahead(project: Project, due: int, spare: int) -> list[WorkerRow]:
    """Sign in workers for what falls due soon, but for `spare` of them.

    Call it inside a transaction.
    """
    widths = meta.pools(project.index)
    living = live_workers(project)
    wanted: list[str] = []
    for pool, number in jobs.coming(project.index, due).items():
        present = sum(worker.pool == pool for worker in living)
        wanted += [pool] * min(number, widths.get(pool, 1) - present)
    return _signed_in(project, wanted[spare:])


def _signed_in(project: Project, pools: Sequence[str | None]) -> list[WorkerRow]:
    appointed = [_new_worker(pool, project.identity) for pool in pools]
    for worker in appointed:
        workers.sign_in(project.index, worker, project.clock.wall_ms())
    return appointed


def _new_worker(pool: str | None, starter: Identity) -> WorkerRow:
    """Until a worker signs in itself, its row lives as long as who started it."""
    return WorkerRow(secrets.token_hex(6), pool, starter)


def start(
    project: Project, appointed: list[WorkerRow], *, linger_until_ms: int = 0
) -> list[Detached]:
    """Start the processes of appointed workers.

    They leave when there is nothing to do, but not before `linger_until_ms`, wall time.
    Raises OSError where one cannot be started; the others are at work then.
    """
    if not appointed:
        return []
    environment = project.worker_environment()
    detached: list[Detached] = []
    try:
        for worker in appointed:
            words = (str(project.config), str(project.state.root), worker.id)
            arguments = (*words, worker.pool or "", str(linger_until_ms))
            log = project.state.worker_log
            detached.append(spawn_detached(WORKER_MODULE, arguments, environment, log))
    finally:
        _hand_over(project, appointed, detached)
    return detached


def _hand_over(
    project: Project, appointed: list[WorkerRow], detached: list[Detached]
) -> None:
    """From here on a row lives as long as the process that was started for it.

    A place for which none could be started is free again.
    """
    with transaction(project.index):
        for worker, process in zip(appointed, detached, strict=False):
            identity = identity_of(process.pid)
            if identity is not None:
                workers.hand_over(project.index, worker, identity)
        for worker in appointed[len(detached) :]:
            workers.sign_out(project.index, worker.id)


def gather(project: Project, starting: list[Detached]) -> int:
    """Wait for the word of all workers under one deadline; how many did not give it."""
    poll = select.poll()
    pending = {worker.ready for worker in starting}
    for descriptor in pending:
        poll.register(descriptor, select.POLLIN)
    silent = 0
    deadline = project.clock.awake_ms() + HANDSHAKE_MS
    while pending and (left := deadline - project.clock.awake_ms()) > 0:
        for descriptor, _ in poll.poll(left):
            silent += not os.read(descriptor, 1)
            poll.unregister(descriptor)
            pending.discard(descriptor)
    for worker in starting:
        with contextlib.suppress(OSError):
            os.close(worker.ready)
    return silent + len(pending)
