"""One look of the resident runner after another, on a clock that a test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.resident import LOOK_MS, REST_MS, Resident, on_duty
from runner.model.errors import LockHeldError
from runner.process.driver import Driver
from runner.store import meta, ticks, workers
from runner.store.db import transaction
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.tick import TickReport

START = at("2026-03-01 06:00")
MINUTELY = {"job": {"when": {"every": "1m"}, "overlap": "allow"}}


class Stay:
    """A resident runner, and what it told."""

    def __init__(self, it: Still) -> None:
        self.it = it
        self.told: list[TickReport] = []
        self.resident = Resident(it.project, 300, self.told.append)

    def turn_until(self, instant: int) -> None:
        """Turn after turn, each as long after the last as that one said."""
        clock = self.it.clock
        while (left := instant * 1000 - clock.wall_ms()) > 0:
            clock.advance(min(self.resident.turn(), left))
        self.resident.turn()

    def ticks(self) -> list[ticks.Tick]:
        """Those by the resident, the oldest first."""
        found = ticks.latest(self.it.project.index, 1000)
        return [it for it in reversed(found) if it.driver == Driver.RESIDENT]


def test_every_instant_is_decided_in_its_own_second(tmp_path: Path) -> None:
    with still(tmp_path, MINUTELY, START) as it:
        stay = Stay(it)
        stay.turn_until(START + 600)
        queued = it.project.index.execute("SELECT scheduled_for, queued_ms FROM runs")
        late = [ms - instant * 1000 for instant, ms in queued]
        assert len(late) == 10
        assert max(late) < 1000


def test_seconds_count(tmp_path: Path) -> None:
    jobs = {"job": {"when": {"every": "10s"}, "overlap": "allow"}}
    with still(tmp_path, jobs, START) as it:
        Stay(it).turn_until(START + 60)
        assert it.taken("job") == [START + second for second in range(10, 61, 10)]


def test_it_ticks_as_often_as_was_asked(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        stay = Stay(it)
        stay.turn_until(START + 900)
        seen = [tick.wall_ms // 1000 - START for tick in stay.ticks()]
        assert seen == [0, 300, 600, 900]


def test_nobody_else_need_wait_for_what_falls_due(tmp_path: Path) -> None:
    with still(tmp_path, MINUTELY, START) as it:
        Stay(it).turn_until(START + 1)
        assert meta.horizon(it.project.index) <= it.now


@pytest.mark.parametrize("asleep", [3, 3600])
def test_waking_up_brings_a_tick_and_both_ends_are_kept(
    tmp_path: Path, asleep: int
) -> None:
    with still(tmp_path, {}, START) as it:
        stay = Stay(it)
        stay.turn_until(START + 10)
        it.clock.suspend(asleep * 1000)
        stay.resident.turn()
        *_, before, after = stay.ticks()
        assert before.wall_ms == (START + 10) * 1000
        assert after.wall_ms == (START + 10 + asleep) * 1000


def test_a_sleep_that_somebody_else_has_kept_is_kept_once(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        stay = Stay(it)
        stay.turn_until(START + 10)
        it.clock.suspend(3_600_000)
        it.tick()
        it.clock.advance(500)
        stay.resident.turn()
        assert len(api.attendance(it.project).gaps) == 1


def test_what_passes_is_waited_for_and_told_once(tmp_path: Path) -> None:
    with still(tmp_path, MINUTELY, START) as it:
        stay = Stay(it)
        stay.resident.attend()
        it.project.index.execute("PRAGMA query_only = on")
        it.clock.advance(400_000)
        assert stay.resident.attend() == REST_MS
        assert stay.resident.attend() == REST_MS
        assert [bool(report.messages) for report in stay.told] == [False, True]
        it.project.index.execute("PRAGMA query_only = off")
        assert stay.resident.attend() != REST_MS
        assert it.taken("job")


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_clock_that_is_set_brings_a_tick(tmp_path: Path, step: int) -> None:
    with still(tmp_path, MINUTELY, START) as it:
        stay = Stay(it)
        stay.turn_until(START + 10)
        known = len(stay.ticks())
        it.clock.set_wall(it.clock.wall_ms() + step * 1000)
        stay.resident.turn()
        assert len(stay.ticks()) == known + 2
        stay.turn_until(it.now + 120)
        assert it.taken("job")[-1] <= it.now


def test_a_slewing_clock_is_no_jump(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        stay = Stay(it)
        stay.resident.turn()
        it.clock.set_wall(it.clock.wall_ms() + 1_500)
        stay.resident.turn()
        assert len(stay.ticks()) == 1


def test_what_others_write_is_noticed_at_the_next_look(tmp_path: Path) -> None:
    jobs = {"job": {"when": {"every": "1h"}}}
    with still(tmp_path, jobs, START) as it:
        stay = Stay(it)
        stay.turn_until(START + 1)
        soon = {"job": {"when": {"every": "5s"}}}
        it.configure(soon)
        stay.resident.turn(edited=True)
        stay.turn_until(START + 6)
        assert it.taken("job") == [START + 5]


def test_an_edit_in_the_last_second_does_not_delay_the_instant(tmp_path: Path) -> None:
    with still(tmp_path, MINUTELY, START) as it:
        stay = Stay(it)
        stay.turn_until(START + 59)
        it.clock.advance(500)
        it.configure({})
        stay.resident.turn(edited=True)
        it.clock.advance(500)
        stay.resident.turn()
        assert it.taken("job") == [START + 60]
        stay.turn_until(START + 180)
        assert it.taken("job") == [START + 60]


def test_jobs_of_every_second_leave_room_for_an_edit(tmp_path: Path) -> None:
    jobs = {"job": {"when": {"every": "1s"}, "overlap": "allow"}}
    with still(tmp_path, jobs, START) as it:
        stay = Stay(it)
        stay.turn_until(START + 3)
        it.configure({})
        stay.resident.turn(edited=True)
        stay.turn_until(START + 10)
        assert it.taken("job")[-1] <= START + 5
        assert len(stay.ticks()) == 1


def test_it_looks_at_least_every_second(tmp_path: Path) -> None:
    with still(tmp_path, {"job": {"when": {"every": "1h"}}}, START) as it:
        assert 0 < Stay(it).resident.turn() <= LOOK_MS


def test_it_tells_what_it_does(tmp_path: Path) -> None:
    with still(tmp_path, MINUTELY, START) as it:
        stay = Stay(it)
        stay.turn_until(START + 60)
        assert [len(report.started) for report in stay.told] == [0, 1]


def test_a_second_one_is_refused(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it, on_duty(it.project):
        project = it.project
        with api.open_project(project.config, project.state.root, {}) as other:
            second = on_duty(other)
            with pytest.raises(LockHeldError, match="runs already"):
                second.__enter__()


def test_it_leaves_its_place_as_it_found_it(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        before = workers.everyone(it.project.index)
        with on_duty(it.project):
            assert len(workers.everyone(it.project.index)) == len(before) + 1
        assert workers.everyone(it.project.index) == before


def _another_program(it: Still) -> None:
    with transaction(it.project.index):
        meta.put(it.project.index, {meta.PROGRAM: "0.0.1"})


def test_it_sees_when_its_time_is_over(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        resident = Stay(it).resident
        assert not resident.is_outdated()
        _another_program(it)
        assert resident.is_outdated()


def test_what_a_link_leads_to_is_watched_too(tmp_path: Path) -> None:
    with still(tmp_path / "project", {}, START) as it:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        config = it.project.config
        config.rename(elsewhere / config.name)
        config.symlink_to(elsewhere / config.name)
        resident = Stay(it).resident
        resident.turn()
        assert {str(config.parent), str(elsewhere)} <= resident.folders


def test_it_watches_where_an_edit_would_show(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        jobs = tmp_path / "jobs"
        jobs.mkdir()
        (tmp_path / "teleclaude.yml").write_text(
            "include: [jobs/*.job.yaml]\njobs: {}\n", "utf-8"
        )
        resident = Stay(it).resident
        resident.turn()
        assert {str(tmp_path), str(jobs)} <= resident.folders
