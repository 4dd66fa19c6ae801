from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from runner.process.clock import Clock, SystemClock, system_timezone
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from pathlib import Path


def test_the_clocks_of_the_machine_go_on() -> None:
    clock: Clock = SystemClock()
    before = clock.awake_ms(), clock.continuous_ms(), clock.wall_ms()
    clock.sleep(5)
    after = clock.awake_ms(), clock.continuous_ms(), clock.wall_ms()
    assert all(late - early >= 4 for early, late in zip(before, after, strict=True))
    assert clock.continuous_ms() >= clock.awake_ms()
    assert abs(clock.wall_ms() - time.time_ns() // 1_000_000) < 5_000


def test_a_sleep_into_the_past_is_none() -> None:
    SystemClock().sleep(-1)


def test_the_clock_of_a_test_moves_when_told() -> None:
    clock: Clock = FakeClock(1_000)
    clock.sleep(5)
    assert (clock.wall_ms(), clock.awake_ms(), clock.continuous_ms()) == (1_005, 5, 5)
    fake = FakeClock(1_000)
    fake.suspend(10)
    assert (fake.wall_ms(), fake.awake_ms(), fake.continuous_ms()) == (1_010, 0, 10)
    fake.set_wall(7)
    assert (fake.wall_ms(), fake.awake_ms(), fake.continuous_ms()) == (7, 0, 10)


@pytest.mark.parametrize(
    ("tz", "link", "zone"),
    [
        ("Europe/Amsterdam", None, "Europe/Amsterdam"),
        (":Europe/Amsterdam", None, "Europe/Amsterdam"),
        (None, "usr/share/zoneinfo/Europe/Dublin", "Europe/Dublin"),
        ("", "usr/share/zoneinfo/Europe/Dublin", "Europe/Dublin"),
        ("/etc/localtime", "usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        (None, "usr/share/zoneinfo/posix/Asia/Tokyo", "Asia/Tokyo"),
        (None, "var/db/timezone/zoneinfo/America/Lima", "America/Lima"),
        (None, None, "UTC"),
        (None, "etc/some-file", "UTC"),
    ],
)
def test_the_zone_of_the_machine(
    tmp_path: Path, tz: str | None, link: str | None, zone: str
) -> None:
    localtime = tmp_path / "localtime"
    if link is not None:
        target = tmp_path / link
        target.parent.mkdir(parents=True)
        target.touch()
        localtime.symlink_to(target)
    assert system_timezone(tz, localtime) == zone
