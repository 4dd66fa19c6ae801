"""Clocks that are set, machines that sleep, ticks that nobody calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.engine.decide import CATCH_UP_MOST
from runner.engine.timer import Timer
from runner.model.occurrence import Reason, Stretch
from tests.helpers.still import Row, assert_disjoint, at, still

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.still import Still

START = at("2020-01-01 00:00")
HOUR = 3600
DAY = 24 * HOUR
MINUTELY = {"when": {"every": 60}}


def test_a_clock_set_back_runs_nothing_twice(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": 60}}}, START) as it:
        for minute in range(1, 6):
            it.tick_at(START + minute * 60)
            it.run_all()
        ran = it.taken("a")
        it.clock.set_wall((START + 90) * 1000)
        assert it.tick().started == []
        assert it.tick_at(START + 5 * 60).started == []
        assert it.taken("a") == ran
        assert len(it.tick_at(START + 6 * 60).started) == 1


def test_a_clock_set_back_silences_nothing(tmp_path: Path) -> None:
    """What was declined in a future that did not come is open again."""
    jobs = {"a": {"when": {"every": HOUR}, "enabled": False}}
    with still(tmp_path, jobs, START) as it:
        it.tick_at(START + 10 * HOUR)
        it.clock.set_wall((START + 4 * HOUR + 10) * 1000)
        it.configure({"a": {"when": {"every": HOUR}}})
        it.tick()
        assert it.spans("a") == [
            (Stretch(START + HOUR, START + 4 * HOUR, 4), "disabled")
        ]
        assert len(it.tick_at(START + 5 * HOUR).started) == 1


def test_a_clock_set_back_does_not_silence_a_legacy_job(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"schedule": "hourly"}}, START) as it:
        it.run_all()
        it.clock.set_wall((START + 365 * DAY) * 1000)
        assert len(it.tick().started) == 1
        it.run_all()
        it.clock.set_wall((START + HOUR) * 1000)
        it.tick()
        assert len(it.tick_at(START + 2 * HOUR).started) == 1


def test_a_clock_set_forward_floods_nobody(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {**MINUTELY, "catch_up": "all"}}, START) as it:
        it.clock.set_wall((START + DAY) * 1000)
        assert len(it.tick().started) == 1


def test_a_machine_that_slept_catches_up(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {**MINUTELY, "catch_up": "all"}}, START) as it:
        it.clock.suspend(DAY * 1000)
        assert len(it.tick().started) == CATCH_UP_MOST


def test_three_days_without_a_tick(tmp_path: Path) -> None:
    jobs = {
        "latest": {"when": {"every": HOUR}},
        "none": {"when": {"every": HOUR}, "catch_up": "none"},
        "all": {"when": {"every": HOUR}, "catch_up": "all"},
        "graceful": {"when": {"every": HOUR, "offset": 600}, "misfire_grace": "30m"},
        "late": {"when": {"every": HOUR, "offset": 600}, "misfire_grace": "10m"},
    }
    with still(tmp_path, jobs, START) as it:
        now = START + 3 * DAY + 1800
        it.tick_at(now)
        last = START + 3 * DAY
        all_but_last = (Stretch(START + HOUR, last - HOUR, 71), Reason.MISSED)
        assert it.rows("latest") == [Row(last, None)]
        assert it.spans("latest") == [all_but_last]
        assert it.rows("none") == []
        assert it.spans("none") == [(Stretch(START + HOUR, last, 72), Reason.MISSED)]
        assert it.taken("all") == [START + n * HOUR for n in range(1, 73)]
        assert it.spans("all") == []
        assert it.taken("graceful") == [last + 600]
        assert it.rows("late") == [Row(last + 600, Reason.MISFIRED)]
        assert len(it.spans("late")) == 1


def test_a_clock_set_back_over_an_edit_cuts_the_old_span(tmp_path: Path) -> None:
    """The span was counted under a schedule that is no longer there."""
    with still(tmp_path, {"a": {"when": {"every": 60}}}, START) as it:
        it.configure({"a": {"when": {"every": DAY}}})
        it.tick_at(START + 10 * HOUR)  # the old schedule's fires were missed
        it.tick_at(START + 2 * DAY)
        it.clock.set_wall((START + 5 * HOUR) * 1000)
        it.tick()
        (span,) = it.spans("a")
        assert span.stretch.first == START + 60
        assert span.stretch.last <= START + 5 * HOUR
        it.tick_at(START + 3 * DAY)
        assert_disjoint(it, "a")


def test_an_edit_and_a_clock_set_back_at_once(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": 60}}}, START) as it:
        it.tick_at(START + 10 * HOUR)
        it.configure({"a": {"when": {"every": 50}}})
        it.clock.set_wall((START + 5 * HOUR) * 1000)
        it.tick()
        it.tick_at(START + 6 * HOUR)
        assert all(span.stretch.last <= START + 6 * HOUR for span in it.spans("a"))
        assert_disjoint(it, "a")


def test_a_condition_goes_on_around_what_had_run(tmp_path: Path) -> None:
    """Disabled, enabled, then the clock is set back and it is disabled again."""
    off = {"a": {"when": {"every": 60}, "enabled": False}}
    on = {"a": {"when": {"every": 60}}}
    with still(tmp_path, off, START) as it:
        it.tick_at(START + 120)
        it.configure(on)
        for minute in (3, 4, 5):
            it.tick_at(START + minute * 60)
            it.run_all()
        it.clock.set_wall((START + 130) * 1000)
        it.configure(off)
        it.tick()
        it.tick_at(START + 7 * 60)
        assert it.taken("a") == [START + minute * 60 for minute in (3, 4, 5)]
        assert [span.stretch for span in it.spans("a")] == [
            Stretch(START + 60, START + 120, 2),
            Stretch(START + 360, START + 420, 2),
        ]


def test_a_clock_set_forward_under_the_timer_floods_nobody(tmp_path: Path) -> None:
    """The timer looks at the clock between two ticks."""
    with still(tmp_path, {"a": {**MINUTELY, "catch_up": "all"}}, START) as it:
        it.clock.set_wall((START + DAY) * 1000)
        run_timer_once(it)
        assert len(it.taken("a")) == 1


def run_timer_once(it: Still) -> None:
    """The timer of `still` wakes; it leaves once it has something to work at."""
    Timer(it.project, "None-0", lambda _appointed, _until_ms: None).wait()
