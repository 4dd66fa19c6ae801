"""What a simulation tells, and that nothing comes of it."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from runner import api
from runner.model.occurrence import Reason
from runner.model.run import Trigger, duration_mark, duration_of
from runner.model.simulation import Scenario, Simulated, What
from runner.store import meta
from runner.store.db import transaction
from runner.store.spending import Bill
from tests.fakes.clock import FakeClock
from tests.helpers.decisions import skip
from tests.helpers.project import opened, write_project
from tests.helpers.spent import spent
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from pathlib import Path

MINUTE, HOUR = 60, 3600
SPRING = at("2026-03-28 20:00")
"""Hours before the clocks of Europe go forward."""


def simulated(it: Still, seconds: int, **suppose: Any) -> list[Simulated]:
    """A simulation from now on that begins at rest."""
    scenario = Scenario(it.now, it.now + seconds)._replace(**suppose)
    return list(api.simulate(it.project, scenario))


def usually_takes(it: Still, job_id: str, ms: int) -> int:
    """Have a job a usual duration, which is about that; what it is."""
    mark = duration_mark(ms)
    with transaction(it.project.index):
        it.project.index.execute(
            "UPDATE jobs SET outcomes = 's', durations = ? WHERE id = ?", (mark, job_id)
        )
    return duration_of(mark)


def test_nothing_is_written(tmp_path: Path) -> None:
    plan = {"a": {"when": {"every": MINUTE}}, "b": {"schedule": "hourly"}}
    with still(tmp_path, plan, SPRING) as it:
        it.clock.advance(3 * HOUR * 1000)
        state = it.project.state.root
        before = {
            path: path.read_bytes() for path in state.rglob("*") if path.is_file()
        }
        changes = it.project.index.total_changes

        assert simulated(it, HOUR, at_rest=False)

        after = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
        assert after == before
        assert it.project.index.total_changes == changes


def test_a_window_that_begins_at_rest_knows_no_now(tmp_path: Path) -> None:
    plan = {
        "a": {"when": {"every": 20 * MINUTE}, "overlap": "queue"},
        "b": {"schedule": "daily"},
        "c": {"when": {"cron": "30 2 * * *", "timezone": "Europe/Berlin"}},
    }
    scenario = Scenario(SPRING, SPRING + 24 * HOUR)
    told = []
    for number, seen in enumerate((SPRING - 90 * HOUR, SPRING + 90 * HOUR + 1)):
        with still(tmp_path / str(number), plan, seen) as it:
            it.run_all()
            it.clock.advance(2 * HOUR * 1000)
            found = api.simulate(it.project, scenario)
            told.append([event for event in found if event.job_id != "b"])
    assert told[0] == told[1]
    assert len(told[0]) == 72 + 1


def test_it_streams_however_long_the_window(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": MINUTE}}}, SPRING) as it:
        forever = Scenario(SPRING, SPRING + 1_000_000 * HOUR)
        first = itertools.islice(api.simulate(it.project, forever), 2)
    assert [event.first for event in first] == [SPRING, SPRING + MINUTE]


def test_what_a_change_of_the_clock_does(tmp_path: Path) -> None:
    zone = {"timezone": "Europe/Berlin"}
    plan = {
        "fixed": {"when": {"cron": "30 2 * * *", **zone}},
        "wild": {"when": {"cron": "*/30 2 * * *", **zone}},
    }
    with still(tmp_path, plan, SPRING) as it:
        fixed, wild = simulated(it, 12 * HOUR)
    gap = at("2026-03-29 01:00")
    assert (fixed.what, fixed.first) == (What.RUNS, gap)
    assert fixed.note == "stands in for 02:30, which the clock leaves out"
    assert (wild.what, wild.first, wild.count) == (What.LEFT_OUT, gap, 2)
    assert wild.note == "the clock leaves out 02:00"


def test_an_overlap_tells_until_when_the_run_before_goes_on(tmp_path: Path) -> None:
    plan = {
        policy: {"when": {"every": HOUR}, "overlap": policy}
        for policy in ("allow", "queue", "skip")
    }
    with still(tmp_path, plan, SPRING) as it:
        with transaction(it.project.index):
            meta.set_pools(it.project.index, {"default": 9})
        takes, _, _ = (usually_takes(it, job_id, 90 * MINUTE * 1000) for job_id in plan)
        events = simulated(it, 2 * HOUR)
    until_ms = SPRING * 1000 + takes
    assert [(it.job_id, it.what, it.ends_ms, it.overlaps_ms) for it in events] == [
        ("allow", What.RUNS, until_ms, None),
        ("queue", What.RUNS, until_ms, None),
        ("skip", What.RUNS, until_ms, None),
        ("allow", What.RUNS, until_ms + HOUR * 1000, until_ms),
        ("queue", What.WAITS, None, until_ms),
        ("skip", What.DECLINED, None, until_ms),
        ("queue", What.RUNS, until_ms + takes, None),
    ]
    assert events[3].at_ms == (SPRING + HOUR) * 1000
    assert events[-1].at_ms == until_ms
    assert events[-1].waited_ms == until_ms - (SPRING + HOUR) * 1000


def test_what_a_machine_that_was_down_catches_up(tmp_path: Path) -> None:
    plan = {
        policy: {"when": {"every": HOUR}, "catch_up": policy}
        for policy in ("all", "latest", "none")
    }
    down = (SPRING + HOUR, SPRING + 3 * HOUR + 30 * MINUTE)
    with still(tmp_path, plan, SPRING) as it:
        events = simulated(it, 4 * HOUR, downs=(down,))
    late = [it for it in events if it.at_ms == down[1] * 1000]
    assert [(it.job_id, it.what, it.first, it.count, it.trigger) for it in late] == [
        ("all", What.RUNS, SPRING + HOUR, 1, Trigger.CATCH_UP),
        ("all", What.RUNS, SPRING + 2 * HOUR, 1, Trigger.CATCH_UP),
        ("all", What.RUNS, SPRING + 3 * HOUR, 1, Trigger.CATCH_UP),
        ("latest", What.DECLINED, SPRING + HOUR, 2, None),
        ("latest", What.RUNS, SPRING + 3 * HOUR, 1, Trigger.CATCH_UP),
        ("none", What.DECLINED, SPRING + HOUR, 3, None),
    ]
    assert len(events) == len(late) + 3


def test_jobs_that_are_not_told_of_take_places_all_the_same(tmp_path: Path) -> None:
    plan = {job_id: {"when": {"every": 3 * HOUR}} for job_id in "abcde"}
    with still(tmp_path, plan, SPRING + HOUR) as it:
        takes = usually_takes(it, "a", HOUR * 1000)
        for job_id in "bcd":
            usually_takes(it, job_id, 2 * HOUR * 1000)
        waits, runs = simulated(it, 3 * HOUR, jobs=("e",))
    assert (waits.what, waits.job_id, waits.overlaps_ms) == (What.WAITS, "e", None)
    assert (runs.what, runs.waited_ms) == (What.RUNS, takes)


def test_a_skip_is_told_at_its_instant(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": HOUR}}}, SPRING) as it:
        skip(it)
        told = [(it.first, it.reason) for it in simulated(it, 3 * HOUR)]
    assert told == [
        (SPRING, None),
        (SPRING + HOUR, Reason.SKIPPED),
        (SPRING + 2 * HOUR, None),
    ]


def test_a_budget_that_is_used_up_is_so_until_midnight(tmp_path: Path) -> None:
    keys = {"prompt": "go", "agent": "claude", "budget": {"per_day": {"usd": 1}}}
    config = {"timezone": "UTC", "jobs": {"a": {**keys, "when": {"every": 2 * HOUR}}}}
    config_path = write_project(tmp_path, json.dumps(config))
    with opened(config_path, FakeClock(SPRING * 1000)) as project:
        spent(project, "a", Bill(cost_usd=2.0), when=(SPRING * 1000 - 5, SPRING * 1000))
        events = list(api.simulate(project, Scenario(SPRING, SPRING + 6 * HOUR)))
    assert [it.reason for it in events] == [Reason.BUDGET, Reason.BUDGET, None]
