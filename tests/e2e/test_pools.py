"""Pools: never wider than they are, never held up by one long job."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.orders import Order
from runner.model.run import RunStatus
from tests.fakes.clock import FakeClock
from tests.helpers.processes import living
from tests.helpers.project import ended, run_job
from tests.helpers.site import site, started, until
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from pathlib import Path

RUNS = 12
NOTING = f"echo +1 >> log; {until('gate')}; echo -1 >> log"
"""One short append each: the file holds the order in which they happened."""


def submit(project: api.Project, job_id: str, *args: str) -> str:
    return api.submit(project, Order(job_id, "tester", args=args or None))


def steps(root: Path) -> list[int]:
    log = root / "log"
    return (
        [int(step) for step in log.read_text("utf-8").split()] if log.exists() else []
    )


def assert_fills(project: api.Project, width: int, runs: list[str]) -> None:
    """The pool is filled, and at no moment until all have ended overfull."""
    wait_until(lambda: len(steps(project.root)) == width, f"{width} runs at once")
    (project.root / "gate").touch()
    assert {ended(project, run).status for run in runs} == {RunStatus.SUCCEEDED}
    taken = steps(project.root)
    assert len(taken) == 2 * len(runs)
    assert max(accumulate(taken)) == width


@pytest.mark.parametrize("width", [1, 3])
def test_a_pool_is_as_wide_as_it_says_at_every_moment(
    tmp_path: Path, width: int
) -> None:
    config = {
        "concurrency": {"default": width},
        "jobs": {"a": {"command": NOTING, "overlap": "allow"}},
    }
    with site(tmp_path, config) as project:
        runs = [submit(project, "a") for _ in range(RUNS)]
        assert_fills(project, width, runs)


def test_a_tick_fills_a_pool_and_no_more(tmp_path: Path) -> None:
    job = {"command": NOTING, "when": {"every": "12h"}, "overlap": "allow"}
    config = {
        "concurrency": {"default": 2},
        "jobs": {f"job{number}": job for number in range(RUNS)},
    }
    clock = FakeClock(12 * 3_600_000 - 1)
    with site(tmp_path, config, clock=clock) as project:
        clock.advance(1)
        report = api.tick(project)
        assert len(report.started) == RUNS
        assert report.silent_workers == 0
        assert_fills(project, 2, report.started)


def test_a_long_job_holds_up_nobody(tmp_path: Path) -> None:
    config = {
        "concurrency": {"default": 2},
        "jobs": {
            "long": {"command": until("gate")},
            "short": {"command": ["true"], "overlap": "allow"},
        },
    }
    with site(tmp_path, config) as project:
        long = submit(project, "long")
        child = started(project, long)
        for _ in range(3):
            assert run_job(project, "short").status is RunStatus.SUCCEEDED
        assert living([child])
        assert not api.resolve_run(project, long).status.ended


def test_a_full_pool_does_not_hold_up_another(tmp_path: Path) -> None:
    agent = {"agent": "custom", "command": ["cat"], "prompt": "Say this."}
    config = {
        "concurrency": {"default": 1, "agent": 1},
        "jobs": {"long": {"command": until("gate")}, "agent": agent},
    }
    with site(tmp_path, config) as project:
        long = submit(project, "long")
        started(project, long)
        assert run_job(project, "agent").status is RunStatus.SUCCEEDED
        assert not api.resolve_run(project, long).status.ended


def test_who_waits_goes_before_what_the_schedule_brought(tmp_path: Path) -> None:
    job = {"command": 'echo "$JOBCONSOLE_JOB" >> log', "when": {"every": "12h"}}
    config = {
        "concurrency": {"default": 1},
        "jobs": {
            "long": {"command": until("gate")},
            "due1": job,
            "due2": job,
            "asked": {"command": job["command"]},
        },
    }
    clock = FakeClock(12 * 3_600_000 - 1)
    with site(tmp_path, config, clock=clock) as project:
        started(project, submit(project, "long"))
        clock.advance(1)
        due = api.tick(project).started
        asked = submit(project, "asked")
        (tmp_path / "gate").touch()
        for run_id in (*due, asked):
            ended(project, run_id)
    assert (tmp_path / "log").read_text("utf-8").split() == ["asked", "due1", "due2"]
