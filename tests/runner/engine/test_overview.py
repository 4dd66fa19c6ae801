"""The state of a whole project, as it really is on this machine."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

from runner import __version__, api
from runner.engine import overview
from runner.model.errors import Code
from runner.model.orders import Order
from runner.model.system import DiskUse, PastTick, Version, WorkerView
from runner.process.clock import SystemClock
from runner.process.environment import DRIVER_VARIABLE
from runner.process.identity import own_identity
from runner.process.locks import Holder, PidLock
from runner.store import workers
from runner.store.db import transaction
from runner.store.workers import WorkerRow
from tests.fakes.clock import FakeClock
from tests.helpers.project import opened, write_project
from tests.helpers.site import site, started, until, worker_of
from tests.helpers.still import still

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

START = 1_577_836_800


class Passing(FakeClock):
    """Time goes on by a millisecond whenever somebody asks."""

    def awake_ms(self) -> int:
        self.advance(1)
        return super().awake_ms()


def test_what_there_is(tmp_path: Path) -> None:
    config = write_project(tmp_path, "jobs: {a: {command: ['true']}}")
    with opened(config) as project:
        view = api.overview(project)

        assert Version("jobconsole", __version__) in view.versions
        assert Version("python", platform.python_version()) in view.versions
        names = [version.name for version in view.versions]
        assert names == ["jobconsole", "python", "sqlite", "textual"]
        assert (view.host, view.zone) == (os.uname().nodename, project.system_zone())
        assert view.config == str(config)
        assert view.state_dir == str(tmp_path / ".jobconsole")
        assert 0 < view.disk_free <= view.disk_total
        assert view.index_bytes == project.state.index.stat().st_size
        assert view.wal_bytes > 0
        assert (view.runs, view.more_runs) == (0, False)
        assert (view.ticks, view.workers) == ((), ())
        assert (view.attendance.last_ms, view.attendance.next_ms) == (None, None)
        assert (view.broken, view.problems, view.warnings) == ((), (), ())


def test_ticks_and_the_next_one(tmp_path: Path) -> None:
    config = write_project(tmp_path, "jobs: {}")
    clock = FakeClock(START * 1000)
    environment = {"HOME": str(tmp_path), DRIVER_VARIABLE: "cron"}
    state = tmp_path / ".jobconsole"
    with api.open_project(config, state, environment, clock) as project:
        for _ in range(30):
            api.tick(project)
            clock.advance(300_000)
        clock.advance(-100_000)
        view = api.overview(project)

        last = START + 29 * 300
        assert view.ticks[0] == PastTick(last * 1000, "cron", 300_000)
        assert len(view.ticks) == 20
        assert {tick.gap_ms for tick in view.ticks} == {300_000}
        assert view.attendance.next_ms == (last + 300) * 1000


def test_the_first_tick_has_no_gap(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        (tick,) = api.overview(it.project).ticks
        assert (tick.at_ms, tick.gap_ms) == (START * 1000, None)


def test_runs_are_counted_so_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "RUNS_COUNTED", 2)
    with still(tmp_path, {"a": {"overlap": "allow"}}, START) as it:
        counted = []
        for _ in range(4):
            view = api.overview(it.project)
            counted.append((view.runs, view.more_runs))
            api.submit(it.project, Order("a", "tester"))
        assert counted == [(0, False), (1, False), (2, False), (2, True)]


def test_workers_and_locks(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": until("gate")}}}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        started(project, run_id)
        me = own_identity()
        gone = me._replace(started=me.started - 1)
        with transaction(project.index):
            workers.sign_in(project.index, WorkerRow("gone", None, gone), START * 1000)
        lock = PidLock(project.state.runner_lock)
        lock.acquire(Holder(me, START * 1000, None))

        view = api.overview(project)
        worker = worker_of(project, run_id)
        lock.release()
        (tmp_path / "gate").touch()

        timer, busy = view.workers
        assert timer == WorkerView(me.pid, None, START * 1000, alive=False)
        assert timer.is_timer
        assert (busy.pid, busy.pool, busy.alive) == (worker, "default", True)
        runner, run = view.locks
        assert (runner.path, runner.pid) == (str(project.state.runner_lock), me.pid)
        assert (runner.since_ms, runner.alive) == (START * 1000, True)
        folder = api.run_detail(project, run_id).folder
        assert (run.path, run.run_id) == (str(folder.lock), run_id)
        assert (run.pid, run.alive) == (worker, True)


def test_what_is_wrong_in_the_configuration(tmp_path: Path) -> None:
    text = """\
        jobs:
          fine: {command: ["true"]}
          odd: {command: ["true"], timeot: 5m}
        """
    with opened(write_project(tmp_path, text)) as project:
        (problem,) = api.overview(project).problems

        assert (problem.job_id, problem.code) == ("odd", Code.JOB_INVALID_SPEC)
        assert (problem.where.file, problem.where.line) == ("teleclaude.yml", 3)
        assert "timeout" in problem.message
        write_project(tmp_path, "jobs: [")
        api.refresh(project)
        view = api.overview(project)
        assert view.problems[0].code is Code.CONFIG_INVALID
        assert len(view.broken) == 1
        write_project(tmp_path, "jobs: {fine: {command: ['true']}}")
        api.refresh(project)
        view = api.overview(project)
        assert (view.broken, view.problems) == ((), ())


def test_warnings_are_kept(tmp_path: Path) -> None:
    files = {"jobs/stray.py": "print('hello')\n"}
    text = "jobs: {stray: {agent: codex}}"
    with opened(write_project(tmp_path, text, files)) as project:
        (warning,) = api.overview(project).warnings
        assert warning.job_id == "stray"


def test_disk_that_is_used(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/one", "a/b/two"):
        (tmp_path / name).write_bytes(os.urandom(100_000))
    (tmp_path / "a" / "link").symlink_to("/")

    used = overview.disk_used(tmp_path, 10_000, SystemClock())

    assert used.complete
    assert 200_000 <= used.bytes < 300_000


def test_what_cannot_be_counted_in_time_is_not_waited_for(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / str(number)).mkdir()

    some = overview.disk_used(tmp_path, 5, Passing(0))
    nothing = overview.disk_used(tmp_path, 0, FakeClock(0))

    assert not some.complete
    assert nothing == DiskUse(0, complete=False)
    with opened(write_project(tmp_path, "jobs: {}")) as project:
        assert api.disk_used(project, 10_000).complete
