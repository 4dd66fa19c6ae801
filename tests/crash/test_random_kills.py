"""SIGKILL of ticks, workers, timers and children at any instant."""

from __future__ import annotations

import json
import os
import random
import signal
from typing import TYPE_CHECKING

import pytest

from runner.model.schedule import Every
from runner.process.clock import SystemClock
from runner.process.environment import current
from tests.helpers.crash import command
from tests.helpers.invariants import (
    all_runs,
    assert_whole,
    at_rest,
    living_workers,
    signs,
)
from tests.helpers.processes import (
    end,
    finish,
    jobconsole,
    living,
    python_program,
    start,
)
from tests.helpers.project import opened, write_project
from tests.helpers.site import end_everything
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from runner.engine.project import Project

FAULTS = int(current().get("JOBCONSOLE_FAULTS", "30"))
"""How many kills in all; `make faults` asks for more."""

HITS = 15
MOST_STRIKES = 6 * HITS
"""Some come too early or too late to hit anything."""

SEEDS = range(max(FAULTS // HITS, 1))
LONGEST_MS = 250
"""A tick, its workers and their first runs fit into that."""

POLICIES: dict[str, dict[str, object]] = {
    "skip": {},
    "queue": {"overlap": "queue", "catch_up": "all"},
    "allow": {"overlap": "allow"},
    "none": {"catch_up": "none"},
}


class Chaos:
    """One deterministic series of kills. What they hit depends on the machine."""

    def __init__(self, project: Project, log: Path, seed: int) -> None:
        self._project = project
        self._log = log
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._clock = SystemClock()
        self.hits = 0

    def strike(self) -> None:
        """Start a tick and kill something of it, or of what it started."""
        ticking = start(command(self._project.config, "--tick"), self._project.root)
        self._clock.sleep(self._random.randrange(LONGEST_MS))
        match self._random.choice(("tick", "worker", "worker", "child")):
            case "tick":
                self._kill([ticking])
            case "worker":
                self._kill(living_workers(self._project))
            case _:
                found = signs(self._log)
                self._kill(s.pid for s in found if s.kind == "child")
        finish(ticking)

    def _kill(self, candidates: Iterable[int]) -> None:
        there = sorted(living(candidates))
        if there:
            os.kill(self._random.choice(there), signal.SIGKILL)
            self.hits += 1


def configuration(log: Path, *, scheduled: bool) -> str:
    """Jobs that are always due, or the same ones that nobody starts any more."""
    family = [*python_program("family.py"), str(log)]
    when = {"when": {"every": 1}} if scheduled else {}
    jobs = {
        name: {"command": family, **keys, **when} for name, keys in POLICIES.items()
    }
    return json.dumps({"concurrency": {"default": 3}, "jobs": jobs})


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_run_twice(tmp_path: Path, seed: int) -> None:
    log = tmp_path / "log"
    config = write_project(tmp_path, configuration(log, scheduled=True))
    with opened(config) as project:
        try:
            chaos = Chaos(project, log, seed)
            for _ in range(MOST_STRIKES):
                if chaos.hits < HITS:
                    chaos.strike()
            assert chaos.hits == HITS
            decided = progress(project)
            write_project(tmp_path, configuration(log, scheduled=False))
            calm_down(project)
            assert_whole(project, log, dict.fromkeys(POLICIES, Every(1)))
            assert len(all_runs(project)) > 0
            assert progress(project) >= decided
        finally:
            end_everything(project)
            end(living(sign.pid for sign in signs(log)))


def progress(project: Project) -> list[int]:
    return [row[0] for row in project.index.execute("SELECT cursor FROM jobs")]


def calm_down(project: Project) -> None:
    """One tick repairs it all, and its workers end what was queued."""

    def ticked() -> bool:
        done = jobconsole("--config", str(project.config), "--tick", cwd=project.root)
        assert done.returncode == 0, done.stderr
        return "at work" not in done.stderr

    wait_until(ticked, "a tick that finds the lock free")
    at_rest(project)
