"""What a machine of no particular make would say of itself, for pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner import api
from runner.engine import activity
from runner.model.activity import ProcessView
from runner.model.system import (
    Absence,
    Attendance,
    DiskUse,
    Gap,
    LockHolder,
    PastTick,
    SystemView,
    Version,
    WorkerView,
)
from tests.helpers.story import BUSY_SINCE, HOUR, MINUTE, NOW, run_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.process.live import Moment
    from runner.store.folders import RunFolder

STATE = "/home/anna/farm/.jobconsole"
RUN_ID = run_id("log_bug_hunter", BUSY_SINCE)
SINCE_MS = BUSY_SINCE * 1000
MIB, GIB = 1 << 20, 1 << 30

BROKEN = (
    "teleclaude.yml:111:1: config_invalid: 'jobs' is defined twice: first in line 8,"
    " column 1; the last good configuration stays in force"
)

LOCK = LockHolder(
    path=f"{STATE}/runs/log_bug_hunter/2026-10/{RUN_ID}/run.lock",
    pid=4121,
    run_id=RUN_ID,
    since_ms=SINCE_MS,
    alive=True,
)
STALE = LockHolder(
    path=f"{STATE}/runner.lock",
    pid=977,
    run_id=None,
    since_ms=(NOW - 4 * MINUTE) * 1000,
    alive=False,
)


def _process(pid: int, depth: int, command: str, cpu: float, mib: int) -> ProcessView:
    return ProcessView(
        pid=pid,
        depth=depth,
        command=command,
        status="running",
        running_ms=NOW * 1000 - SINCE_MS,
        cpu_percent=cpu,
        rss=mib * MIB,
        threads=1,
    )


PROCESSES = (
    _process(4122, 0, "hunt --logs logs", 3.0, 212),
    _process(4130, 1, "sh -c grep -rn 'ERROR' logs | sort | uniq -c", 0.0, 3),
    _process(4131, 2, "grep -rn ERROR logs", 38.4, 9),
    _process(4140, 1, "node /usr/lib/agents/server.js --stdio 夜間", 0.2, 96),
)


class _Watched(activity._Watched):
    def processes(self, moment: Moment) -> tuple[ProcessView, ...]:  # noqa: ARG002
        return PROCESSES


class Observer(activity.Observer):
    """Sees the same processes in every run."""

    def watched(self, run_id: str, folder: RunFolder) -> _Watched:  # noqa: ARG002
        return _Watched(folder)


ATTENDANCE = Attendance(
    period=5 * MINUTE,
    driver="launchd",
    last_ms=(NOW - 12) * 1000,
    next_ms=(NOW + 5 * MINUTE - 12) * 1000,
    overdue_ms=0,
    late_ms=(0,) * 11,
    resident=None,
    gaps=(
        Gap(
            since_ms=(NOW - 9 * HOUR) * 1000,
            until_ms=(NOW - 2 * HOUR) * 1000,
            cause=Absence.ASLEEP,
            asleep_ms=(7 * HOUR - 2 * MINUTE) * 1000,
        ),
    ),
)

SYSTEM = SystemView(
    versions=(
        Version("jobconsole", "0.2.0"),
        Version("python", "3.11.9"),
        Version("sqlite", "3.45.1"),
        Version("textual", "8.2.8"),
    ),
    platform="macOS-15.1-arm64-arm-64bit",
    host="mac-mini",
    zone="Europe/Berlin",
    config="/home/anna/farm/teleclaude.yml",
    state_dir=STATE,
    disk_free=7 * GIB,
    disk_total=233 * GIB,
    index_bytes=3 * MIB,
    wal_bytes=412 * 1024,
    runs=10_000,
    more_runs=True,
    ticks=tuple(
        PastTick((NOW - 12 - n * 5 * MINUTE) * 1000, "launchd", 5 * MINUTE * 1000)
        for n in range(12)
    ),
    attendance=ATTENDANCE,
    workers=(
        WorkerView(4119, None, SINCE_MS, alive=True),
        WorkerView(4121, "agent", SINCE_MS, alive=True),
        WorkerView(3020, "default", SINCE_MS, alive=False),
    ),
    locks=(STALE, LOCK),
    broken=(BROKEN,),
    problems=(),
    warnings=(),
)
"""A disk that is nearly full, a worker that is gone, a driver that ticks."""

ANSWERS: Mapping[Callable[..., Any], Any] = {
    api.overview: SYSTEM,
    api.disk_used: DiskUse(1_840 * MIB, complete=False),
}
"""By the questions of the core that only a machine could answer."""
