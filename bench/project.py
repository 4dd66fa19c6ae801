"""Throw-away projects, and the three ways a benchmark drives them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from bench.report import until
from runner import api
from runner.engine.worker import Worker
from runner.model.run import Trigger, new_run_id
from runner.store import jobs, runs, ticks, workers
from runner.store.db import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.report import Samples
    from runner.engine.execute import Executed
    from runner.engine.project import Project
    from runner.store.runs import Claim

PYTHON = (sys.executable, "-P")
TICK = (*PYTHON, "-m", "jobconsole", "--tick", "--config")
SOURCES = Path(__file__).parent.parent


def environment(home: Path) -> dict[str, str]:
    """What measured processes start from: nothing that makes Python slower."""
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8"}


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A fresh folder: file systems are slow where much was deleted just before."""
    with tempfile.TemporaryDirectory(
        prefix="jobconsole-bench-", ignore_cleanup_errors=True
    ) as name:
        yield Path(name).resolve()


def write(root: Path, jobs: str, *, width: int = 8) -> Path:
    """A project whose jobs are these lines of YAML; the path of its configuration."""
    config = root / "teleclaude.yml"
    root.mkdir(parents=True, exist_ok=True)
    pools = f"concurrency: {{default: {width}}}"
    config.write_text(f"timezone: UTC\n{pools}\njobs:\n{jobs or '  {}'}\n", "utf-8")
    return config


def tick(config: Path) -> None:
    """One pass as a driver makes it."""
    subprocess.run(
        (*TICK, str(config)),
        env=environment(config.parent),
        stdin=subprocess.DEVNULL,
        check=True,
    )


@contextlib.contextmanager
def opened(config: Path) -> Iterator[Project]:
    state = config.parent / ".jobconsole"
    with api.open_project(config, state, environment(config.parent)) as project:
        api.refresh(project)
        yield project


@contextlib.contextmanager
def ticking(config: Path) -> Iterator[Project]:
    """A project whose timer and workers run by themselves; all have left at the end."""
    tick(config)
    with opened(config) as project:
        try:
            yield project
        finally:
            write(config.parent, "")
            until(lambda: not workers.everyone(project.index), "workers to leave", 20)


@contextlib.contextmanager
def staying(config: Path) -> Iterator[psutil.Process]:
    """The resident runner of a project, once it has ticked; ended at the end."""
    command = (*PYTHON, "-m", "jobconsole", "--config", str(config), "up")
    with subprocess.Popen(command, env=environment(config.parent)) as process:
        try:
            until(lambda: _has_ticked(config), "the first tick", 30)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def _has_ticked(config: Path) -> bool:
    index = config.parent / ".jobconsole/index.db"
    if not index.exists():
        return False
    with opened(config) as project:
        return bool(ticks.latest(project.index, 1))


class TimedWorker(Worker):
    """A worker in this process that notes its claims.

    From claim to claim is one run: its receipt, and the transaction that ends it and
    takes the next.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(project, "bench")
        self._marks: list[float] = []

    def run(self, job_id: str, times: int) -> Samples:
        """How long each of so many runs of the job took."""
        _enqueue(self._project, job_id, times)
        self._marks.clear()
        self.work("default")
        pairs = zip(self._marks, self._marks[1:], strict=False)
        return [end - begin for begin, end in pairs]

    def _claim(
        self, pool: str, executed: Executed | None, *, may_leave: bool
    ) -> tuple[Claim | None, bool]:
        claimed = super()._claim(pool, executed, may_leave=may_leave)
        self._marks.append(time.perf_counter())
        return claimed


def _enqueue(project: Project, job_id: str, times: int) -> None:
    job = jobs.find(project.index, job_id)
    assert job is not None
    now_ms = project.clock.wall_ms()
    with transaction(project.index):
        for _ in range(times):
            run = runs.NewRun(
                run_id=new_run_id(now_ms),
                job_id=job_id,
                kind="command",
                trigger=Trigger.MANUAL,
                role="admin",
                actor="bench",
                pool="default",
                alone=False,
                definition=job["definition"],
                queued_ms=now_ms,
                queued_boot=project.identity.boot,
            )
            runs.enqueue(project.index, run)
