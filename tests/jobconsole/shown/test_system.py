from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from jobconsole.shown.system import Seen, system_lines
from jobconsole.standing import Ailment, Standing, Trouble
from launchd.service import Found
from runner.model.errors import Code
from runner.model.job import Problem, Where
from runner.model.system import (
    Absence,
    DiskUse,
    Gap,
    LockHolder,
    PastTick,
    SystemView,
    Version,
    WorkerView,
)
from runner.process.driver import Driver
from tests.helpers.views import ATTENDANCE, NOW, RUN_ID, page_of

VIEW = SystemView(
    versions=(Version("jobconsole", "9.9"),),
    platform="Linux",
    host="mac-mini",
    zone="UTC",
    config="/farm/teleclaude.yml",
    state_dir="/farm/.jobconsole",
    disk_free=50 << 30,
    disk_total=100 << 30,
    index_bytes=4096,
    wal_bytes=0,
    runs=1234,
    more_runs=False,
    ticks=(PastTick((NOW - 60) * 1000, "launchd", 300_000),),
    attendance=ATTENDANCE,
    workers=(),
    locks=(),
    broken=(),
    problems=(),
    warnings=(),
)


STANDING = Standing(
    [
        Found(
            driver=Driver.SYSTEMD,
            label="jobconsole.farm-0123abcd",
            files=(),
            definition="",
            service=None,
            loaded=True,
            enabled=False,
        )
    ],
    ATTENDANCE,
    [Trouble(Ailment.NOT_ENABLED, "systemd forgets it", "install again", fatal=False)],
)


def test_what_drivers_say_stands_above_the_ticks() -> None:
    text = page_of(system_lines(Seen(VIEW, standing=STANDING), "UTC", NOW, 120))
    installed = "systemd, unreadable, loaded, not enabled: jobconsole.farm-0123abcd"
    told = [installed, "systemd forgets it", "install again", "  next  "]
    places = [text.index(said) for said in told]
    assert places == sorted(places)


def shown(used: DiskUse | None = None, **changes: Any) -> str:
    return page_of(system_lines(Seen(replace(VIEW, **changes), used), "UTC", NOW, 120))


def styles_of(text: str, **changes: Any) -> set[str]:
    """The styles of the pieces that hold a text."""
    lines = system_lines(Seen(replace(VIEW, **changes)), "UTC", NOW, 120)
    return {piece.style for line in lines for piece in line if text in piece.text}


def test_a_project_that_is_well() -> None:
    text = shown(DiskUse(3 << 20, complete=True))
    for said in (
        "no problems",
        "in 4m, every 5m",
        "Fri 2026-11-20 04:59 +00:00, by launchd, 5m00s after",
        "nobody works just now",
        "50.0GiB of 100GiB",
        "1,234",
        "3.0MiB",
        "9.9",
        "mac-mini, Linux",
    ):
        assert said in text, said


def test_nobody_ticks() -> None:
    assert "none yet: nothing starts by itself" in shown(ticks=())
    overdue = replace(ATTENDANCE, overdue_ms=90_000)
    assert "overdue for 1m30s: nobody ticks" in shown(attendance=overdue)
    assert styles_of("overdue for", attendance=overdue) == {"bad"}


def test_when_nobody_looked() -> None:
    since_ms, until_ms = (NOW - 9000) * 1000, (NOW - 3600) * 1000
    gap = Gap(since_ms, until_ms, Absence.ASLEEP, asleep_ms=5_280_000)
    text = shown(attendance=replace(ATTENDANCE, gaps=(gap,) * 9))
    assert text.count("the machine slept for 1h28m") == 5
    assert "inferred" in text


def test_who_stays() -> None:
    since_ms = (NOW - 60) * 1000
    resident = LockHolder(
        path="/l", pid=4711, run_id=None, since_ms=since_ms, alive=True
    )
    text = shown(attendance=replace(ATTENDANCE, resident=resident))
    assert "resident     process 4711, since 1m ago" in text


def test_what_is_wrong_with_the_configuration() -> None:
    where = Where("teleclaude.yml", 3, 5)
    problem = Problem(Code.JOB_INVALID_SPEC, "unknown key", where, "Remove it.")
    text = shown(broken=("it is no YAML",), problems=(problem,), warnings=(problem,))
    assert "broken       it is no YAML" in text
    assert "teleclaude.yml:3:5" in text
    assert "hint: Remove it." in text
    assert "no problems" not in text


def test_workers_and_locks_say_whether_they_live() -> None:
    worker = WorkerView(41, "agent", (NOW - 5) * 1000, alive=True)
    timer = WorkerView(42, None, NOW * 1000, alive=True)
    lock = LockHolder(
        path="/l", pid=43, run_id=RUN_ID, since_ms=(NOW - 5) * 1000, alive=False
    )
    runner = replace(lock, path="/r", pid=44, run_id=None, alive=True)
    text = shown(workers=(worker, timer), locks=(lock, runner))
    assert "worker       pid 41, since 5s ago, pool agent" in text
    assert "timer        pid 42, since now" in text
    assert (
        f"run lock     pid 43, since 5s ago, its process is gone for {RUN_ID}" in text
    )
    assert "/l" not in text
    assert "runner lock  pid 44, since 5s ago  /r" in text
    assert "nobody works" not in text


def test_little_disk_and_incomplete_counts_are_said() -> None:
    assert styles_of("100GiB", disk_free=1 << 30) == {"bad"}
    assert styles_of("100GiB") == {"plain"}
    assert "at least 1.0KiB" in shown(DiskUse(1024, complete=False))
    assert "more than 1,234" in shown(more_runs=True)
    assert shown(disk_total=0, disk_free=0)


def test_only_so_many_ticks_are_shown() -> None:
    ticks = tuple(PastTick((NOW - n) * 1000, "", None) for n in range(50))
    assert shown(ticks=ticks).count("Fri 2026-11-20 04:59") <= 8
