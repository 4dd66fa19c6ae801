from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.day import midnight_ms, month_start_ms, next_month_ms, zone_name
from tests.helpers.project import opened, write_project
from tests.helpers.still import at

if TYPE_CHECKING:
    from pathlib import Path

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("zone", "now", "midnight"),
    [
        ("UTC", "2026-11-20 00:00", "2026-11-20 00:00"),
        ("UTC", "2026-11-20 23:59", "2026-11-20 00:00"),
        ("Europe/Berlin", "2026-11-19 22:59", "2026-11-18 23:00"),
        ("Europe/Berlin", "2026-11-19 23:00", "2026-11-19 23:00"),
        ("America/New_York", "2026-11-20 04:59", "2026-11-19 05:00"),
        ("Asia/Kathmandu", "2026-11-19 18:15", "2026-11-19 18:15"),
        # Days of 23 and of 25 hours, seen after the clock was set.
        ("Europe/Berlin", "2026-03-29 20:00", "2026-03-28 23:00"),
        ("Europe/Berlin", "2026-10-25 20:00", "2026-10-24 22:00"),
        # The second of the two hours that have one name.
        ("Europe/Berlin", "2026-10-25 01:30", "2026-10-24 22:00"),
        # The day begins at one o'clock: there was no midnight.
        ("America/Santiago", "2026-09-06 12:00", "2026-09-06 04:00"),
        # Midnight comes twice: the day begins with the first.
        ("America/Havana", "2026-11-01 04:30", "2026-11-01 04:00"),
        ("America/Havana", "2026-11-01 05:30", "2026-11-01 04:00"),
        ("America/Havana", "2026-11-01 12:00", "2026-11-01 04:00"),
    ],
)
def test_where_the_day_began(zone: str, now: str, midnight: str) -> None:
    assert midnight_ms(at(now) * 1000, zone) == at(midnight) * 1000


@pytest.mark.parametrize(
    ("zone", "now", "first", "following"),
    [
        ("UTC", "2026-12-31 23:59", "2026-12-01 00:00", "2027-01-01 00:00"),
        ("UTC", "2028-02-29 12:00", "2028-02-01 00:00", "2028-03-01 00:00"),
        ("Europe/Berlin", "2026-10-31 23:30", "2026-10-31 23:00", "2026-11-30 23:00"),
        ("Europe/Berlin", "2026-10-10 12:00", "2026-09-30 22:00", "2026-10-31 23:00"),
    ],
)
def test_where_the_month_began_and_ends(
    zone: str, now: str, first: str, following: str
) -> None:
    now_ms = at(now) * 1000
    assert month_start_ms(now_ms, zone) == at(first) * 1000
    assert next_month_ms(now_ms, zone) == at(following) * 1000


def test_milliseconds_after_midnight_are_today() -> None:
    midnight = at("2026-11-20 00:00") * 1000
    assert midnight_ms(midnight + 999, "UTC") == midnight
    assert midnight_ms(midnight - 1, "UTC") == midnight - 24 * HOUR_MS


def test_whose_clock_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration's zone, else the one of the base environment."""
    monkeypatch.setenv("TZ", "America/New_York")
    config = write_project(tmp_path, "timezone: Asia/Tokyo\njobs: {}")
    with opened(config) as project:
        assert zone_name(project) == "Asia/Tokyo"
        config.write_text("jobs: {}", "utf-8")
        api.refresh(project)
        assert zone_name(project) == "America/New_York"
