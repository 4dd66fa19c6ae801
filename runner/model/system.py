"""The whole of one project's state, as a read model: for the system page."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from runner.model.job import Problem
from runner.model.spending import Spending


class LockHolder(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed a lock last, since when (epoch milliseconds), for which run.

    `alive` is whether that process lives: then it holds the lock of its run. The
    runner lock it may have let go of by now.
    """

    path: str
    pid: int
    run_id: str | None
    since_ms: int
    alive: bool


class Version(msgspec.Struct, frozen=True):
    """Something that is installed."""

    name: str
    version: str


class PastTick(msgspec.Struct, frozen=True):
    """A tick, who called it, and how long after the one before it came.

    `gap_ms` is None where the one before is not known.
    """

    at_ms: int
    driver: str
    gap_ms: int | None


class Absence(StrEnum):
    """Why nobody looked for a while, as far as clocks tell."""

    ASLEEP = "asleep"  # the machine slept: awake time stood still
    OFF = "off"  # it was off, or started anew: the boot is another one
    NOT_CALLED = "not_called"  # it was awake, and nothing called the tick


class Gap(msgspec.Struct, frozen=True):
    """Nobody looked between two times (epoch milliseconds), longer than agreed.

    All causes are inferred from clocks. `asleep_ms` is how long of it the machine
    slept. `booted_ms` is when it was started, for `OFF`. `uncalled_ms` is how long it was
    awake without a call, where that is longer than agreed, whatever else it did.
    """

    since_ms: int
    until_ms: int
    cause: Absence
    asleep_ms: int = 0
    booted_ms: int | None = None
    uncalled_ms: int = 0


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks after the project, and how regularly. Times are epoch milliseconds.

    `period` is after how many seconds the next tick is due. `next_ms` and `overdue_ms`
    are about those who call again and again: None and 0 where there was no such tick.
    `overdue_ms` is how long it has been due, in time that the machine was awake.
    `late_ms` is by how much each of the last ticks came late, newest first. `gaps` are
    those of the last days, newest first.
    """

    period: int
    driver: str
    last_ms: int | None
    next_ms: int | None
    overdue_ms: int
    late_ms: tuple[int, ...]
    resident: LockHolder | None
    gaps: tuple[Gap, ...]


class Leaving(StrEnum):
    """Why one who keeps running has left."""

    ASKED = "asked"
    SUPERSEDED = "superseded"  # another version of the program owns the state by now


class WorkerView(msgspec.Struct, frozen=True):
    """A worker process that signed in; `pool` None: it is the timer."""

    pid: int
    pool: str | None
    since_ms: int
    alive: bool

    @property
    def is_timer(self) -> bool:
        return self.pool is None


class DiskUse(msgspec.Struct, frozen=True):
    """Bytes of disk that are taken; `complete` False: at least so many."""

    bytes: int
    complete: bool


class SystemView(msgspec.Struct, frozen=True, kw_only=True):
    """What there is beside jobs and runs.

    Sizes are bytes. `runs` is how many there are, or `more_runs` than that. Ticks come
    newest first. `broken` says why the configuration on disk is not the one in force,
    `problems` and `warnings` are those of the last one that was read.
    """

    versions: tuple[Version, ...]
    platform: str
    host: str
    zone: str
    config: str
    state_dir: str
    disk_free: int
    disk_total: int
    index_bytes: int
    wal_bytes: int
    runs: int
    more_runs: bool
    ticks: tuple[PastTick, ...]
    attendance: Attendance
    workers: tuple[WorkerView, ...]
    locks: tuple[LockHolder, ...]
    broken: tuple[str, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    spending: Spending | None = None
