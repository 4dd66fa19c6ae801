"""Kills our own processes on purpose, at a named place or at any instant."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

from runner.process.environment import current
from tests.helpers.processes import PATIENCE_MS, python_program

RUNNER = Path(__file__).parents[2] / "runner"
FAILPOINT = "JOBCONSOLE_FAILPOINT"


def failpoints() -> list[str]:
    """Every named place in the source."""
    texts = (path.read_text("utf-8") for path in sorted(RUNNER.rglob("*.py")))
    return sorted(
        {name for text in texts for name in re.findall(r'failpoint\("(.+?)"', text)}
    )


def command(config: Path, *words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "jobconsole", "--config", str(config), *words]


def tick(config: Path, failpoint: str | None = None) -> int:
    """One tick as a process; how many processes died by SIGKILL, workers included."""
    return until_killed(command(config, "--tick"), config.parent, failpoint)


def until_killed(argv: list[str], cwd: Path, failpoint: str | None) -> int:
    """Run a command until it and all it started have ended, or one was killed."""
    environment = {**current(), **({FAILPOINT: failpoint} if failpoint else {})}
    done = subprocess.run(
        [*python_program("adopt.py"), *argv],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_MS / 1000,
    )
    endings = json.loads(done.stdout.splitlines()[-1])
    return sum(number == signal.SIGKILL for _, number in endings)
