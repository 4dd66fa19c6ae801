"""Jobs that misbehave: their run ends all the same, and so does the worker's work."""

from __future__ import annotations

import shlex
import stat
from operator import le
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.errors import Code
from runner.model.orders import Order
from runner.model.run import RunStatus
from runner.process.environment import RUN_VARIABLE
from runner.process.table import ProcTable
from tests.helpers.hiding import hiding
from tests.helpers.processes import living, python_program
from tests.helpers.project import ended, run_job
from tests.helpers.site import log_of, site, started, until, worker_of
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from runner.engine.project import Project

ON_LINUX = pytest.mark.skipif("sys.platform != 'linux'")


def marked_by(run_id: str) -> set[int]:
    """Processes that bear the mark of a run."""
    table = ProcTable()
    return {
        pid for pid in table.processes() if table.variable(pid, RUN_VARIABLE) == run_id
    }


@ON_LINUX
def test_one_that_moves_from_pid_to_pid_is_caught(tmp_path: Path) -> None:
    roam = shlex.join([*python_program("roam.py"), "roams"])
    command = f"{roam} & {roam} & {until('roams')}"
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        view = run_job(project, "a")
        assert view.status is RunStatus.SUCCEEDED
        assert marked_by(view.run_id) == set()


def test_a_deaf_child_is_killed_when_asked_twice(tmp_path: Path) -> None:
    command = f"trap '' TERM; touch deaf; {until('gate')}"
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        wait_until((tmp_path / "deaf").exists, "the trap")
        api.cancel(project, run_id, actor="tester")
        wait_until(lambda: "stopping" in events(project, run_id), "the polite signal")
        api.cancel(project, run_id, actor="tester", kill=True)
        assert ended(project, run_id).signal == 9


def events(project: Project, run_id: str) -> list[str]:
    return [str(event["event"]) for event in api.events(project, run_id) if event]


def test_a_stopped_child_can_be_cancelled(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": "kill -STOP $$"}}}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        child = started(project, run_id)
        wait_until(lambda: state(child) == "T", "it to stop itself")
        api.cancel(project, run_id, actor="tester")
        assert ended(project, run_id).status is RunStatus.CANCELLED


def state(pid: int) -> str:
    text = Path(f"/proc/{pid}/stat").read_text("utf-8")
    return text.rpartition(") ")[2][0]


@pytest.mark.parametrize(
    "replacing",
    [
        'mkfifo "$JOBCONSOLE_RESULT"',
        'ln -s /dev/zero "$JOBCONSOLE_RESULT"',
        'ln -s "$JOBCONSOLE_RESULT" "$JOBCONSOLE_RESULT"',
        'cd "$(dirname "$JOBCONSOLE_RESULT")" && rm stdout.log && mkfifo stdout.log',
        'cd "$(dirname "$JOBCONSOLE_RESULT")" && mkfifo extra && ln -s extra link',
    ],
    ids=["result fifo", "result device", "result loop", "log fifo", "extra fifo"],
)
def test_odd_files_in_the_run_folder_hold_up_nobody(
    tmp_path: Path, replacing: str
) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": replacing}}}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        child = started(project, run_id)
        wait_until(lambda: not living([child]), "the job to end")
        view = ended(project, run_id)
        assert view.status is RunStatus.SUCCEEDED


def test_a_job_that_deletes_its_folder_is_repaired(tmp_path: Path) -> None:
    config = {
        "jobs": {
            "a": {"command": 'rm -r "$(dirname "$JOBCONSOLE_RESULT")"'},
            "next": {"command": ["true"]},
        }
    }
    with site(tmp_path, config) as project:
        run_id = api.submit(project, Order("a", "tester"))
        worker = worker_of(project, run_id)
        wait_until(lambda: not living([worker]), "the worker to leave")
        api.tick(project)
        assert ended(project, run_id).status in {RunStatus.LOST, RunStatus.SUCCEEDED}
        assert run_job(project, "next").status is RunStatus.SUCCEEDED


@pytest.mark.parametrize(
    "job",
    [
        {"command": ["true", "x" * 200_000]},
        {"command": ["true"], "env": {"A": "x" * 200_000}},
    ],
    ids=["argument", "variable"],
)
def test_what_is_too_long_to_be_started(tmp_path: Path, job: dict[str, object]) -> None:
    with site(tmp_path, {"jobs": {"a": job}}) as project:
        view = run_job(project, "a")
    assert view.status is RunStatus.FAILED
    assert view.error_code == Code.JOB_EXECUTION_FAILED
    assert "Argument list too long" in str(view.error_message)


@ON_LINUX
def test_a_worker_is_after_many_runs_as_it_was_before(tmp_path: Path) -> None:
    """No descriptor, thread or child is left in it."""
    commands: dict[str, str | list[str]] = {
        "at": f'touch "at-$1"; {until("$1")}',
        "hide": hiding(stay=False, hideouts=["double", "setsid"]),
        "missing": ["no-such-program"],
    }
    jobs = {
        name: {"command": command, "overlap": "allow"}
        for name, command in commands.items()
    }
    config = {"concurrency": {"default": 1}, "jobs": jobs}
    with site(tmp_path, config) as project:
        runs = [submit(project, "at", "first")]
        worker = worker_of(project, runs[0])
        runs += [submit(project, job) for job in ("hide", "missing") * 5]
        runs.append(submit(project, "at", "second"))
        wait_until((tmp_path / "at-first").exists, "the first run")
        before = belongings(worker)
        (tmp_path / "first").touch()
        wait_until((tmp_path / "at-second").exists, "the last run")
        assert worker_of(project, runs[-1]) == worker
        # It opens a file now and then to look at its child: one more is no leak.
        wait_until(
            lambda: all(map(le, belongings(worker), before)), "it to be as before"
        )


def submit(project: Project, job_id: str, *args: str) -> str:
    return api.submit(project, Order(job_id, "tester", args=args or None))


def belongings(pid: int) -> tuple[int, int, int]:
    """How many descriptors, threads and children a process has."""
    process = Path(f"/proc/{pid}")
    children = ProcTable().children(pid)
    descriptors = len(list((process / "fd").iterdir()))
    return descriptors, len(list((process / "task").iterdir())), len(children)


def test_all_that_is_written_is_private(tmp_path: Path) -> None:
    command = 'echo out; echo err >&2; echo {} > "$JOBCONSOLE_RESULT"'
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        run_job(project, "a")
        api.tick(project)
        modes = {
            path.relative_to(project.state.root): stat.S_IMODE(path.stat().st_mode)
            for path in (project.state.root, *project.state.root.rglob("*"))
            if path.name not in {"result.json", ".gitignore"}
        }
    open_ones = {str(path): oct(mode) for path, mode in modes.items() if mode & 0o077}
    assert open_ones == {}


@pytest.mark.parametrize("name", ["a b", "ünï 漢", "quo'te\"$HOME`x`", "line\nbreak"])
def test_a_project_may_be_anywhere(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    root.mkdir()
    config = {
        "jobs": {
            "command": {"command": 'printf %s "$PWD"'},
            "script": {"script": "jobs/a.py"},
            "agent": {"agent": "custom", "command": ["./cat.sh"], "prompt": "Say."},
        }
    }
    files = {
        "jobs/a.py": "import os; print(os.getcwd(), end='')",
        "cat.sh": '#!/bin/sh\ncat; printf %s "$PWD"\n',
    }
    with site(root, config, files) as project:
        said = [log_of(project, run_job(project, job).run_id) for job in config["jobs"]]
    assert said == [str(root), str(root), f"Say.{root}"]
