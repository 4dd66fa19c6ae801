"""Whether the tick is called in time, as a project with a clock that jumps tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.clocks import look_here
from runner.model.system import Absence
from runner.process.driver import Driver
from runner.process.identity import own_identity
from runner.process.locks import Holder, PidLock
from runner.store import ticks
from runner.store.db import transaction
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.system import Attendance

START = at("2020-01-01 00:00")
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def called(it: Still, driver: Driver = Driver.CRON, period: int = 300) -> Attendance:
    """A tick by a driver, and what is told right after it."""
    with transaction(it.project.index):
        ticks.record(it.project.index, look_here(it.project), driver, period)
    return api.attendance(it.project)


def test_before_the_first_tick(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        it.project.index.execute("DELETE FROM ticks")
        found = api.attendance(it.project)
    assert (found.last_ms, found.next_ms, found.overdue_ms) == (None, None, 0)
    assert (found.driver, found.late_ms, found.gaps) == ("", (), ())


def test_when_the_next_one_comes(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        api.tick(it.project, every=120)
        found = api.attendance(it.project)
    assert found.period == 120
    assert (found.last_ms, found.next_ms) == (START * 1000, (START + 120) * 1000)


@pytest.mark.parametrize(
    ("awake", "asleep", "overdue"),
    [
        (330, 0, 0),
        (390, 0, 60),
        (200, 9 * HOUR, 0),
        (630, 9 * HOUR, 0),  # a period before the sleep, another one after it
        (700, 9 * HOUR, 70),
    ],
)
def test_overdue_in_time_that_it_was_awake(
    tmp_path: Path, awake: int, asleep: int, overdue: int
) -> None:
    with still(tmp_path, {}, START) as it:
        it.clock.suspend(asleep * 1000)
        it.clock.advance(awake * 1000)
        assert api.attendance(it.project).overdue_ms == overdue * 1000


def test_overdue_since_it_was_started(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        it.reboot(9 * HOUR)
        it.clock.advance(300_000)
        in_time = api.attendance(it.project)
        it.clock.advance(60_000)
        late = api.attendance(it.project)
    assert (in_time.overdue_ms, late.overdue_ms) == (0, 30_000)


def test_a_clock_that_is_set_makes_nothing_overdue(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        it.clock.set_wall((START + DAY) * 1000)
        forward = api.attendance(it.project)
        it.clock.set_wall((START - DAY) * 1000)
        back = api.attendance(it.project)
    assert (forward.overdue_ms, back.overdue_ms) == (0, 0)


def test_how_late_drivers_call(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        called(it)
        it.clock.advance(301_000)
        called(it)
        it.clock.advance(60_000)
        called(it, Driver.TERMINAL)
        it.clock.advance(245_000)
        called(it)
        it.clock.suspend(HOUR * 1000)
        it.clock.advance(120_000)
        called(it)
        it.reboot(HOUR)
        assert called(it).late_ms == (0, 5_000, 1_000, 0)


def test_not_more_than_the_last_ticks_are_told(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        for _ in range(30):
            it.clock.advance(300_000)
            called(it)
        found = api.attendance(it.project)
    assert found.late_ms == (0,) * 20


def test_the_gaps_of_the_last_days(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        it.clock.advance(HOUR * 1000)
        called(it)
        it.clock.suspend(8 * DAY * 1000)
        called(it)
        it.clock.suspend(HOUR * 1000)
        called(it)
        it.clock.advance(300_000)
        called(it)
        it.reboot(HOUR)
        found = called(it)
    assert [gap.cause for gap in found.gaps] == [
        Absence.OFF,
        Absence.ASLEEP,
        Absence.ASLEEP,
    ]
    newest = found.gaps[0]
    assert newest.until_ms == newest.booted_ms == found.last_ms


def test_a_longer_period_makes_no_gaps_of_the_past(tmp_path: Path) -> None:
    """What was agreed then counts."""
    with still(tmp_path, {}, START) as it:
        called(it, period=HOUR)
        for _ in range(3):
            it.clock.advance(HOUR * 1000)
            called(it, period=HOUR)
        assert called(it, period=60).gaps == ()
        it.clock.advance(300_000)
        (gap,) = called(it, period=HOUR).gaps
    assert gap.uncalled_ms == 300_000


def test_not_more_than_twenty_gaps(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        for _ in range(25):
            it.clock.advance(HOUR * 1000)
            called(it)
        found = api.attendance(it.project)
    assert len(found.gaps) == 20
    assert found.gaps[0].until_ms == found.last_ms


def test_who_stays(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        lock = PidLock(it.project.state.resident_lock)
        assert api.attendance(it.project).resident is None
        lock.acquire(Holder(own_identity(), START * 1000, None))
        resident = api.attendance(it.project).resident
        lock.release()
        gone = own_identity()._replace(started=1)
        lock.acquire(Holder(gone, START * 1000, None))
        lock.release()
        assert api.attendance(it.project).resident is None
    assert resident is not None
    assert resident.pid == own_identity().pid


def test_a_console_is_told_until_when_to_wait(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        api.tick(it.project, every=600)
        snapshot = api.watch(it.project).look()
    assert snapshot is not None
    assert snapshot.tick is not None
    assert snapshot.tick.late_after == START + 630
