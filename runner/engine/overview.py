"""The state of the whole: versions, disk, ticks, workers, locks, configuration."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import itertools
import os
import platform
import shutil
from typing import TYPE_CHECKING

import msgspec

from runner import __version__
from runner.engine.attendance import attendance
from runner.engine.refresh import broken
from runner.engine.spending import spending_of
from runner.model.job import Problem
from runner.model.system import (
    DiskUse,
    LockHolder,
    PastTick,
    SystemView,
    Version,
    WorkerView,
)
from runner.process.identity import is_alive
from runner.process.locks import described
from runner.store import meta, runs, ticks, workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project
    from runner.process.clock import Clock

TICKS_SHOWN = 20
RUNS_COUNTED = 10_000

_BLOCK = 512
"""What `st_blocks` counts, whatever the file system's own blocks are."""

_problems = msgspec.json.Decoder(tuple[Problem, ...])


def overview(project: Project) -> SystemView:
    """Quick enough to be asked every second or two: nothing is walked through."""
    index, state = project.index, project.state
    disk = shutil.disk_usage(state.root)
    counted = runs.count(index, RUNS_COUNTED + 1)
    return SystemView(
        versions=_versions(meta.sqlite_version(index)),
        platform=platform.platform(),
        host=os.uname().nodename,
        zone=project.system_zone(),
        config=str(project.config),
        state_dir=str(state.root),
        disk_free=disk.free,
        disk_total=disk.total,
        index_bytes=_size(state.index),
        wal_bytes=_size(state.index.with_name(f"{state.index.name}-wal")),
        runs=min(counted, RUNS_COUNTED),
        more_runs=counted > RUNS_COUNTED,
        ticks=tuple(_ticks(project)),
        attendance=attendance(project),
        workers=tuple(_workers(project)),
        locks=tuple(_locks(project)),
        broken=tuple(broken(project)),
        problems=_told(project, meta.PROBLEMS),
        warnings=_told(project, meta.WARNINGS),
        spending=spending_of(project, with_budgets=False),
    )


def disk_used(root: Path, budget_ms: int, clock: Clock) -> DiskUse:
    """What a folder takes of the disk, as far as it can be counted in that time."""
    deadline = clock.awake_ms() + budget_ms
    taken = 0
    waiting = [os.fspath(root)]
    while waiting:
        if clock.awake_ms() >= deadline:
            return DiskUse(taken, complete=False)
        size, below = _folder(waiting.pop())
        taken += size
        waiting += below
    return DiskUse(taken, complete=True)


@functools.cache
def _versions(sqlite: str) -> tuple[Version, ...]:
    """Of what this process is made of; what is not installed is left out."""
    found = [
        Version("jobconsole", __version__),
        Version("python", platform.python_version()),
        Version("sqlite", sqlite),
    ]
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        found.append(Version("textual", importlib.metadata.version("textual")))
    return tuple(found)


def _ticks(project: Project) -> Iterator[PastTick]:
    found = ticks.latest(project.index, TICKS_SHOWN + 1)
    pairs = itertools.zip_longest(found, found[1:])
    for tick, before in itertools.islice(pairs, TICKS_SHOWN):
        gap_ms = None if before is None else tick.wall_ms - before.wall_ms
        yield PastTick(tick.wall_ms, tick.driver, gap_ms)


def _workers(project: Project) -> Iterator[WorkerView]:
    for row in workers.present(project.index):
        yield WorkerView(
            row.worker.identity.pid,
            row.worker.pool,
            row.since_ms,
            alive=is_alive(row.worker.identity),
        )


def _locks(project: Project) -> Iterator[LockHolder]:
    """The runner lock, and those of all runs that go on."""
    state = project.state
    active = runs.running(project.index)
    folders = [state.run_folder(run.job_id, run.run_id) for run in active]
    paths = [state.runner_lock, *(folder.lock for folder in folders)]
    yield from filter(None, map(described, paths))


def _told(project: Project, key: str) -> tuple[Problem, ...]:
    return _problems.decode(meta.get(project.index, key) or "[]")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _folder(path: str) -> tuple[int, list[str]]:
    """What the files of one folder take, and the folders in it.

    Files come and go while they are counted.
    """
    taken = 0
    below: list[str] = []
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                taken += entry.stat(follow_symlinks=False).st_blocks * _BLOCK
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.path)
    return taken, below
