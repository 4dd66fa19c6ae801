"""Processes that tests start and look at."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner.process.environment import current
from runner.process.identity import start_of
from runner.process.spawn import Launch, spawn_child
from runner.process.waiting import Exit, watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PROGRAMS = Path(__file__).parents[1] / "data" / "programs"
"""Programs that tests run as children, never import."""

JOBCONSOLE = (sys.executable, "-P", "-m", "jobconsole")

PATIENCE_MS = 20_000


def python_program(name: str) -> list[str]:
    """The argv of one of our programs under this interpreter."""
    return [sys.executable, "-P", str(PROGRAMS / name)]


def start(
    argv: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    *,
    stdout: int = subprocess.DEVNULL,
) -> int:
    """Start a process that `finish` waits for; errors go where `stdout` goes."""
    launch = Launch(
        argv=argv,
        cwd=cwd,
        environment=current() if environment is None else environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stdout,
        umask=0o022,
    )
    return spawn_child(launch)


def finish(pid: int) -> Exit:
    """Wait for a process of `start` and reap it."""
    child = watch(pid)
    try:
        assert child.ended(PATIENCE_MS), f"process {pid} goes on and on"
        return child.reap()
    finally:
        child.close()


def living(pids: Iterable[int]) -> set[int]:
    """Those that live; a zombie does not."""
    return {pid for pid in pids if start_of(pid) is not None}


def jobconsole(
    *words: str,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process and return what it said."""
    return subprocess.run(
        [*JOBCONSOLE, *words],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_MS / 1000,
    )


def end(pids: Iterable[int]) -> None:
    """Kill processes that were started on purpose."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
