"""`jobconsole up` as a process: on time, awake to edits, and gone without a trace."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from jobconsole.cli.diagnostics import ExitCode
from runner import api
from runner.process.environment import current
from runner.process.locks import living_holder
from runner.store import runs, workers
from tests.helpers.project import ended, write_project
from tests.helpers.site import site, until
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.engine.project import Project

JOBCONSOLE = (sys.executable, "-P", "-m", "jobconsole")
LATE_MS = 2_000

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def up(project: Project, *wrapper: str) -> Iterator[subprocess.Popen[bytes]]:  # noqa: TID251
    """The resident runner, once it has its place; killed if it is there at the end."""
    command = (*wrapper, *JOBCONSOLE, "--config", str(project.config), "up")
    with subprocess.Popen(  # noqa: TID251  signals need a live process
        command, env=current(), stderr=subprocess.PIPE
    ) as process:
        try:
            wait_until(lambda: on_duty(project, process.pid), "its place to be taken")
            yield process
        finally:
            process.kill()


def on_duty(project: Project, pid: int) -> bool:
    """Whether this process has the place, and has ticked."""
    holder = living_holder(project.state.resident_lock)
    ticked = project.index.execute(
        "SELECT 1 FROM ticks WHERE driver = 'resident'"
    ).fetchone()
    return holder is not None and holder.identity.pid == pid and ticked is not None


def edit(root: Path, jobs: Mapping[str, object]) -> None:
    write_project(root, json.dumps({"jobs": jobs}))


def runs_of(project: Project, job_id: str) -> list[str]:
    rows = project.index.execute(
        "SELECT run_id FROM runs WHERE job_id = ? ORDER BY seq", (job_id,)
    )
    return [str(row[0]) for row in rows]


def test_an_edit_counts_at_once_and_what_is_due_starts_on_time(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {}}) as project, up(project):
        edit(tmp_path, {"job": {"command": ["true"], "when": {"every": "2s"}}})
        wait_until(lambda: len(runs_of(project, "job")) >= 2, "two runs")
        for run_id in runs_of(project, "job")[:2]:
            view = ended(project, run_id)
            assert view.scheduled_for is not None
            assert view.started_ms is not None
            assert 0 <= view.started_ms - view.scheduled_for * 1000 < LATE_MS
        edit(tmp_path, {})


def test_runs_outlive_it_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    jobs = {"job": {"command": until("gate"), "when": {"every": "1s"}}}
    with site(tmp_path, {"jobs": jobs}) as project:
        with up(project) as process:
            wait_until(lambda: runs.running(project.index), "a run")
            process.terminate()
            assert process.wait(20) == ExitCode.FINE
        [run] = runs.running(project.index)
        assert all(row.pool is not None for row in workers.everyone(project.index))
        edit(tmp_path, {"job": {"command": ["true"]}})
        (tmp_path / "gate").touch()
        assert ended(project, run.run_id).status == "succeeded"


def test_the_dead_are_buried(tmp_path: Path) -> None:
    jobs = {"job": {"command": ["true"], "when": {"every": "1s"}}}
    with site(tmp_path, {"jobs": jobs}) as project, up(project) as process:
        wait_until(lambda: len(runs_of(project, "job")) >= 3, "three runs")
        edit(tmp_path, {})
        children = psutil.Process(process.pid).children
        wait_until(lambda: not children(), "no worker to be left, dead or alive")


def test_who_was_told_to_ignore_a_hangup_does_so(tmp_path: Path) -> None:
    ignoring = ("sh", "-c", 'trap "" HUP; exec "$@"', "sh")
    with site(tmp_path, {"jobs": {}}) as project, up(project, *ignoring) as process:
        process.send_signal(signal.SIGHUP)
        edit(tmp_path, {"job": {"command": ["true"], "when": {"every": "1s"}}})
        wait_until(lambda: runs_of(project, "job"), "a run after the hangup")
        edit(tmp_path, {})
        process.terminate()
        assert process.wait(20) == ExitCode.FINE


def test_a_state_that_is_gone_is_no_good_end(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {}}) as project, up(project) as process:
        aside = tmp_path / "aside"
        project.state.root.rename(aside)
        ended_with = process.wait(20)
        aside.rename(project.state.root)
        assert process.stderr is not None
        assert b"is not there any more" in process.stderr.read()
        assert ended_with == ExitCode.CONFIGURATION


def test_a_tick_and_a_second_one_beside_it_do_no_harm(tmp_path: Path) -> None:
    jobs = {"job": {"command": ["true"], "when": {"every": "2s"}, "overlap": "allow"}}
    with site(tmp_path, {"jobs": jobs}) as project, up(project) as process:
        second = subprocess.run(
            (*JOBCONSOLE, "--config", str(project.config), "up"),
            env=current(),
            capture_output=True,
            check=False,
        )
        assert second.returncode == ExitCode.REFUSED
        assert f"process {process.pid}".encode() in second.stderr
        api.tick(project)
        assert [row.identity.pid for row in _timers(project)] == [process.pid]
        wait_until(lambda: len(runs_of(project, "job")) >= 2, "two runs")
        instants = project.index.execute(
            "SELECT count(*), count(DISTINCT scheduled_for) FROM runs"
        ).fetchone()
        assert instants[0] == instants[1]
        edit(tmp_path, {})


def test_one_that_was_killed_is_no_obstacle(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {}}) as project:
        with up(project) as process:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(20)
        with up(project) as another:
            assert on_duty(project, another.pid)


def _timers(project: Project) -> list[workers.WorkerRow]:
    return [row for row in workers.everyone(project.index) if row.pool is None]
