"""SIGKILL at every named place, one clean tick, and all is as if nothing had been."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from runner.model.run import RunStatus
from runner.process.clock import SystemClock
from tests.fakes.clock import FakeClock
from tests.helpers.crash import command, failpoints, tick, until_killed
from tests.helpers.invariants import (
    all_runs,
    assert_whole,
    at_rest,
    signs,
)
from tests.helpers.processes import end, jobconsole, living, python_program
from tests.helpers.project import opened, write_project
from tests.helpers.site import end_everything

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a subreaper tells how workers ended"
)

HOUR = 3600
WHILE_IT_RUNS = {"worker.spawned", "worker.watching"}
IN_REPAIR = {"repair.survivors_ended", "repair.receipt_written"}
IN_TIMER = {"timer.enqueued"}
IN_CONTROL = {"control.recorded"}  # see test_control.py
WHEN_DUE = sorted({*failpoints()} - IN_REPAIR - IN_TIMER - IN_CONTROL)
WHEN_ASKED = ["tick.appointed", "tick.spawned", "worker.signed_in", "worker.claimed"]


class Place(NamedTuple):
    """A project whose jobs have been due since a while, never looked at since."""

    config: Path
    log: Path
    hold: Path
    project: Project


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Nothing of it falls due in the next half hour; one place to work at."""
    log, hold = tmp_path / "log", tmp_path / "hold"
    now_ms = SystemClock().wall_ms()
    family = [*python_program("family.py"), str(log), str(hold)]
    past = {"every": HOUR, "offset": (now_ms // 1000 - 100) % HOUR}
    config = write_project(
        tmp_path,
        json.dumps(
            {
                "concurrency": {"default": 1},
                "jobs": {
                    "all": {"command": family, "when": past, "catch_up": "all"},
                    "latest": {"command": family, "when": past},
                    "old": {"command": family, "schedule": "hourly"},
                    "asked": {"command": family},
                },
            }
        ),
    )
    with opened(config, FakeClock(now_ms - 2 * HOUR * 1000)):
        pass
    with opened(config) as project:
        yield Place(config, log, hold, project)
        hold.unlink(missing_ok=True)
        end_everything(project)
        end(living(sign.pid for sign in signs(log)))


def test_every_failpoint_has_its_test() -> None:
    assert {*WHEN_DUE, *IN_REPAIR, *IN_TIMER, *IN_CONTROL} == {*failpoints()}
    assert len(failpoints()) > 20
    assert {*WHILE_IT_RUNS, *WHEN_ASKED} < {*failpoints()}


@pytest.mark.parametrize("failpoint", WHEN_DUE)
def test_what_is_due_survives(place: Place, failpoint: str) -> None:
    if failpoint in WHILE_IT_RUNS:
        place.hold.touch()
    if failpoint == "tick.repaired":
        leave_something_to_repair(place)
    assert tick(place.config, failpoint) == 1
    one_tick_mends_it(place)


@pytest.mark.parametrize("failpoint", WHEN_ASKED)
def test_what_was_asked_for_survives(place: Place, failpoint: str) -> None:
    run = command(place.config, "run", "asked", "--detach")
    assert until_killed(run, place.config.parent, failpoint) == 1
    one_tick_mends_it(place, "asked")


@pytest.mark.parametrize("failpoint", sorted(IN_REPAIR))
def test_repair_itself_may_die(place: Place, failpoint: str) -> None:
    leave_something_to_repair(place)
    assert tick(place.config, failpoint) == 1
    one_tick_mends_it(place)
    assert any(view.status is RunStatus.LOST for view in all_runs(place.project))


def test_what_the_timer_queued_survives(place: Place) -> None:
    assert tick(place.config) == 0
    at_rest(place.project)
    soon = SystemClock().wall_ms() // 1000 + 5  # the tick before must be over
    text = json.loads(place.config.read_text("utf-8"))
    command = text["jobs"]["asked"]["command"]
    text["jobs"]["soon"] = {
        "command": command,
        "when": {"every": HOUR, "offset": soon % HOUR},
    }
    place.config.write_text(json.dumps(text), "utf-8")
    assert tick(place.config, "timer.enqueued") == 1
    one_tick_mends_it(place)
    assert [view.scheduled_for for view in all_runs(place.project)].count(soon) == 1


def leave_something_to_repair(place: Place) -> None:
    """A run whose worker died while the child goes on."""
    place.hold.touch()
    assert tick(place.config, "worker.watching") == 1


def one_tick_mends_it(place: Place, *more: str) -> None:
    """The next tick ends what the dead left behind; its workers do the rest."""
    project = place.project
    abandoned = {
        view.run_id for view in all_runs(project) if view.status is RunStatus.RUNNING
    }
    done = jobconsole("--config", str(place.config), "--tick", cwd=place.config.parent)
    assert (done.returncode, done.stderr) == (0, "")
    of_the_dead = [sign.pid for sign in signs(place.log) if sign.run_id in abandoned]
    assert not living(of_the_dead)
    place.hold.unlink(missing_ok=True)
    at_rest(project)
    assert_whole(project, place.log)
    assert_everything_ran(place, {"all", "latest", "old", *more})


def assert_everything_ran(place: Place, expected: set[str]) -> None:
    """Each occurrence and each order has its run, and two catch up."""
    views = all_runs(place.project)
    per_job = [view.job_id for view in views if view.job_id != "soon"]
    assert set(per_job) == expected
    assert per_job.count("all") == 2
    assert len(per_job) == len(expected) + 1
    unlucky = [view for view in views if view.status is not RunStatus.SUCCEEDED]
    assert len(unlucky) <= 1
    assert {view.status for view in unlucky} <= {RunStatus.LOST}
