"""A project of real jobs and real workers, of which nothing is left in the end."""

from __future__ import annotations

import contextlib
import json
import signal
from typing import TYPE_CHECKING

import msgspec

from runner import api
from runner.model.errors import JobconsoleError
from runner.model.receipt import Receipt
from runner.process.descendants import signal_process
from runner.process.identity import is_alive
from runner.store import runs, workers
from runner.store.db import transaction
from tests.helpers.project import opened, write_project
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.engine.project import Project
    from runner.process.clock import Clock


def until(gate: str) -> str:
    """Shell words of a job that waits in the project folder for a file."""
    return f"until [ -e {gate} ]; do sleep 0.02; done"


@contextlib.contextmanager
def site(
    root: Path,
    config: Mapping[str, object],
    files: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> Iterator[Project]:
    """A project with this configuration, open until everything of it has ended."""
    with opened(write_project(root, json.dumps(config), files), clock) as project:
        try:
            yield project
        finally:
            end_everything(project)


def end_everything(project: Project) -> None:
    """End all runs, and the workers that wait for something to fall due."""
    with contextlib.suppress(JobconsoleError):
        # Without jobs nothing falls due any more that would call the next worker.
        project.config.write_text("jobs: {}", "utf-8")
        api.refresh(project)
    try:
        end_runs(project)
    finally:
        for worker in workers.everyone(project.index):
            pid, started, _ = worker.identity
            signal_process(pid, started, signal.SIGKILL)
            with transaction(project.index):
                workers.sign_out(project.index, worker.id)


def end_runs(project: Project) -> None:
    """Have all runs killed, and wait as long as anybody lives who could."""
    for run_id in active_runs(project):
        api.cancel(project, run_id, actor="tester", kill=True)
    wait_until(
        lambda: not active_runs(project) or not living_workers(project),
        "the runs of the test to end",
    )


def active_runs(project: Project) -> list[str]:
    rows = project.index.execute(
        "SELECT run_id FROM runs WHERE status IN ('queued', 'running', 'retry_wait')"
    )
    return [row["run_id"] for row in rows]


def living_workers(project: Project) -> bool:
    return any(is_alive(row.identity) for row in workers.everyone(project.index))


def receipt_of(project: Project, run_id: str) -> Receipt:
    """The receipt of a run that has ended."""
    body = api.run_detail(project, run_id).receipt
    assert body is not None
    return msgspec.json.decode(body, type=Receipt)


def log_of(project: Project, run_id: str) -> str:
    """What a run wrote to its standard output."""
    return api.run_detail(project, run_id).folder.stdout.read_text("utf-8")


def error_log_of(project: Project, run_id: str) -> str:
    """What a run wrote to its standard error."""
    return api.run_detail(project, run_id).folder.stderr.read_text("utf-8")


def worker_of(project: Project, run_id: str) -> int:
    """The process that executes a run, once one does."""

    def look() -> int | None:
        run = runs.find(project.index, run_id)
        return run.worker.pid if run and run.worker else None

    return wait_until(look, f"a worker for {run_id}")


def started(project: Project, run_id: str) -> int:
    """The pid of a run's child, once its worker watches it."""

    def look() -> int | None:
        for event in api.events(project, run_id):
            if event is not None and event["event"] == "attempt_started":
                return int(str(event["pid"]))
        return None

    return wait_until(look, f"the start of {run_id}")
