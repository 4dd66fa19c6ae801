"""Why nobody looked in time: each story by a clock that jumps, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.clocks import look_here, read_clocks
from runner.engine.enqueue import enqueue_at
from runner.engine.grants import grants_for
from runner.model.account import Explanation, Verdict
from runner.model.system import Absence
from runner.process.driver import Driver
from runner.store import ticks
from runner.store.db import transaction
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from pathlib import Path

START = at("2020-01-01 05:38")
SIX = at("2020-01-01 06:00")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
JOBS: dict[str, object] = {"a": {"when": {"every": HOUR}}}
INFERRED = " (inferred from its clocks)"


def why(it: Still, instant: int = SIX, job_id: str = "a") -> Explanation:
    return api.why(it.project, job_id, instant)


def facts(found: Explanation) -> dict[str, str]:
    return dict(found.facts)


def cause(found: Explanation) -> str:
    """What is said after the first colon."""
    return found.answer.partition(": ")[2].removesuffix(".")


def caught_up(it: Still) -> Explanation:
    """Somebody ticks now, and what was due runs."""
    it.tick()
    it.run_all()
    found = why(it)
    assert found.verdict in {Verdict.CAUGHT_UP, Verdict.RAN_LATE}
    return found


def test_it_slept(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.clock.advance(2 * MINUTE * 1000)
        it.clock.suspend(70 * MINUTE * 1000)
        it.clock.advance(60_000)
        found = caught_up(it)
    assert found.answer == (
        "It was caught up at 06:51, 51m late: the machine slept from about 05:38 to"
        f" 06:51{INFERRED}."
    )
    assert facts(found)["asleep"] == "1h10m"


@pytest.mark.parametrize(
    ("awake", "asleep", "words"),
    [
        (2, 50, "the machine slept from about 05:38 to 06:30"),
        (9, 43, "the machine slept for 43m between 05:38 and 06:30"),
        (32, 20, "between 05:38 and 06:30 the machine slept for 20m and was awake for 32m without a tick"),
        (52, 0, "no tick came between 05:38 and 06:30 although the machine was awake"),
    ],
)  # fmt: skip
def test_asleep_or_not_called(
    tmp_path: Path, awake: int, asleep: int, words: str
) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.clock.suspend(asleep * MINUTE * 1000)
        it.clock.advance(awake * MINUTE * 1000)
        found = caught_up(it)
    assert cause(found) == f"{words}{INFERRED}"
    assert found.verdict is Verdict.CAUGHT_UP
    assert found.gap is not None
    assert found.gap.asleep_ms == asleep * MINUTE * 1000
    assert facts(found)["last look before"].startswith("Wed 2020-01-01 05:38 +00:00")
    assert facts(found)["first look after"].startswith("Wed 2020-01-01 06:30 +00:00")
    assert "inferred from" in facts(found)


@pytest.mark.parametrize(
    ("off", "awake", "words"),
    [
        (50, 2, "the machine went off some time after 05:38 and was started at 06:28"),
        (10, 42, "the machine went off some time after 05:38 and was started at 05:48, and no tick came until 06:30"),
    ],
)  # fmt: skip
def test_off(tmp_path: Path, off: int, awake: int, words: str) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.reboot(off * MINUTE)
        it.clock.advance(awake * MINUTE * 1000)
        found = caught_up(it)
    assert cause(found) == f"{words}{INFERRED}"
    assert "boot id" in facts(found)["inferred from"]
    assert found.gap is not None
    assert found.gap.cause is Absence.OFF


def test_the_clock_was_set_forward(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.clock.advance(4 * MINUTE * 1000)
        it.clock.set_wall((START + 49 * MINUTE) * 1000)
        found = caught_up(it)
    assert cause(found) == (
        f"the clock was set forward by 45m between 05:38 and 06:27{INFERRED}"
    )
    assert found.gap is None
    assert facts(found)["clock set"] == "forward by 45m"


def test_it_slept_and_the_clock_was_set(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.clock.suspend(20 * MINUTE * 1000)
        it.clock.set_wall((START + 50 * MINUTE) * 1000)
        found = caught_up(it)
    assert cause(found) == (
        "the machine slept for 20m between 05:38 and 06:28, and the clock was set"
        f" forward by 30m meanwhile{INFERRED}"
    )


@pytest.mark.parametrize("step", [-50, -2, 2, 50])
def test_a_clock_that_is_adjusted_a_little_is_no_cause(
    tmp_path: Path, step: int
) -> None:
    with still(tmp_path, JOBS, SIX - 200) as it:
        it.clock.advance(320_000)
        it.clock.set_wall(it.clock.wall_ms() + step * 1000)
        found = caught_up(it)
    assert cause(found).startswith("nobody looked between 05:56:40 and 06:0")
    assert cause(found).endswith(", and no timer stood in")
    assert found.gap is None
    assert "inferred from" not in facts(found)


def test_a_clock_set_back_passes_an_instant_twice(tmp_path: Path) -> None:
    """What is told is of the time in which it was decided."""
    with still(tmp_path, JOBS, START) as it:
        it.clock.suspend(HOUR * 1000)
        it.tick()
        it.run_all()
        it.clock.set_wall((START + MINUTE) * 1000)
        it.tick()
        for minutes in range(6, 90, 5):
            it.tick_at(START + minutes * MINUTE)
        found = why(it)
    assert cause(found) == f"the machine slept from about 05:38 to 06:38{INFERRED}"


def test_a_run_that_was_queued_before_the_clock_was_set_back(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.tick_at(SIX)
        it.clock.set_wall((SIX - HOUR) * 1000)
        it.run_all()
        found = why(it)
    assert found.answer == (
        "It ran at 05:00, as the clock was set back after its time, and succeeded."
    )


def test_a_timer_that_slept_over_the_instant(tmp_path: Path) -> None:
    """It decides when it wakes, and no tick has come since."""
    with still(tmp_path, JOBS, SIX - 4 * MINUTE) as it:
        it.clock.advance(MINUTE * 1000)
        it.clock.suspend(40 * MINUTE * 1000)
        look_of_a_timer(it)
        it.run_all()
        found = why(it)
        it.clock.advance(10_000)
        it.tick()
        after_the_tick = why(it)
    assert cause(found) == f"the machine slept from about 05:56 to 06:37{INFERRED}"
    assert after_the_tick.answer == found.answer


def look_of_a_timer(it: Still) -> None:
    """It keeps no tick."""
    grants = grants_for(it.project, it.now)
    with transaction(it.project.index):
        enqueue_at(it.project.index, read_clocks(it.project), grants)


def test_who_stays_keeps_what_it_saw_last(tmp_path: Path) -> None:
    """So it is known to the second from when the machine slept."""
    with still(tmp_path, JOBS, START) as it:
        it.clock.advance(139_000)
        with transaction(it.project.index):
            look = look_here(it.project)
            ticks.record(it.project.index, look, Driver.RESIDENT)
        it.clock.suspend(HOUR * 1000)
        it.clock.advance(500)
        found = caught_up(it)
    assert cause(found) == (
        f"the machine slept from about 05:40:19 to 06:40:19{INFERRED}"
    )
    assert facts(found)["last look before"].endswith("05:40:19 +00:00, by resident")
    assert facts(found)["asleep"] == "1h"


def test_what_was_missed_has_the_same_cause(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.clock.suspend(3 * HOUR * 1000)
        it.tick()
        it.run_all()
        found = why(it)
        latest = why(it, SIX + 2 * HOUR)
    assert found.verdict is Verdict.DECLINED
    assert found.answer == (
        "It did not run: the machine slept from about 05:38 to 08:38 (inferred from its"
        " clocks), and only the latest of what was missed counts (catch_up: latest)."
    )
    assert found.gap == latest.gap
    assert "--tick" not in found.hint


def test_what_was_too_late_has_the_same_cause(tmp_path: Path) -> None:
    jobs = {"a": {"when": {"every": HOUR}, "misfire_grace": "5m"}}
    with still(tmp_path, jobs, START) as it:
        it.reboot(30 * MINUTE)
        it.tick()
        found = why(it)
    assert found.answer == (
        "It did not run: it was seen 8m late, which is more than its misfire_grace of"
        " 5m: the machine went off some time after 05:38 and was started at 06:08"
        " (inferred from its clocks)."
    )
    assert found.gap is not None


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Berlin", "2020-03-29"), ("Europe/Berlin", "2020-10-25")]
)
def test_summer_time_is_no_jump(tmp_path: Path, zone: str, day: str) -> None:
    """The wall clock of the zone jumps, that of the machine does not."""
    start = at(f"{day} 00:00")
    jobs = {"a": {"when": {"cron": "*/5 * * * *", "timezone": zone}}}
    with still(tmp_path, jobs, start) as it:
        for minutes in range(5, 180, 5):
            it.tick_at(start + minutes * MINUTE)
            it.run_all()
            found = why(it, start + minutes * MINUTE)
            assert (found.verdict, found.gap) == (Verdict.RAN, None)
        assert api.attendance(it.project).gaps == ()


def test_a_sleep_over_the_change_of_clocks(tmp_path: Path) -> None:
    start = at("2020-10-25 00:10")
    jobs = {"a": {"when": {"cron": "30 2 * * *", "timezone": "Europe/Berlin"}}}
    with still(tmp_path, jobs, start) as it:
        it.clock.suspend(2 * HOUR * 1000)
        it.tick()
        it.run_all()
        found = why(it, at("2020-10-25 00:30"))
    assert found.answer.startswith("It was caught up at 03:10, 1h40m late: the machine")
    assert "slept from about 02:10 to 03:10" in found.answer
    assert facts(found)["asleep"] == "2h"
