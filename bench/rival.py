"""cronstable, in a virtual environment of its own: the rival of the burst."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import venv
from typing import TYPE_CHECKING, NamedTuple

from bench.project import environment
from bench.report import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RELEASE = "cronstable==1.2.72"

HEAD = """
state:
  path: {state}
defaults:
  captureStdout: true
  captureStderr: true
  utc: true
jobs:
"""
JOB = """
  - name: {name}
    command: {command}
    schedule: "{schedule}"
"""


class Rival(NamedTuple):
    """An installed cronstable.

    It starts everything at once, which is what it does best: of 1,000 jobs in one of
    its `pools:` with 8 slots, none got in within half a minute.
    """

    program: Path

    @contextlib.contextmanager
    def serving(
        self, root: Path, commands: dict[str, str], instant: int
    ) -> Iterator[Path]:
        """A daemon that runs all commands at one instant; the folder of its records."""
        state = root / "state"
        state.mkdir(parents=True)
        moment = time.gmtime(instant)
        schedule = time.strftime("%S %M %H %d %m * %Y", moment)
        jobs = (
            JOB.format(name=name, command=command, schedule=schedule)
            for name, command in commands.items()
        )
        config = root / "cronstable.yaml"
        config.write_text(HEAD.format(state=state) + "".join(jobs), "utf-8")
        with (root / "log").open("wb") as log:
            daemon = subprocess.Popen(
                (self.program, "-c", config),
                env=environment(root),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            yield state
        finally:
            _stop(daemon)


def install(root: Path) -> Rival | None:
    """From PyPI; None where that cannot be had."""
    venv.create(root, with_pip=True)
    pip = (root / "bin/python", "-m", "pip", "install", "--quiet", RELEASE)
    surroundings = {**os.environ, "TMPDIR": str(root)}
    try:
        subprocess.run(pip, env=surroundings, check=True, timeout=120)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"  {RELEASE} cannot be installed: {error}", file=sys.stderr)
        return None
    return Rival(root / "bin/cronstable")


def records(state: Path) -> list[float]:
    """When each record of a run was written, in epoch seconds."""
    return [
        file.stat().st_mtime
        for folder in state.glob("*/records/runs*")
        for file in folder.iterdir()
        if not file.name.startswith(".")
    ]


def wait_for(state: Path, count: int, within: float) -> float:
    """When the last of so many records was written."""
    until(lambda: len(records(state)) >= count, "cronstable", within)
    return max(records(state))


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    daemon.send_signal(signal.SIGTERM)
    try:
        daemon.wait(10)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()
