"""Changes of clocks, and what they do to the times that a schedule names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.model.agenda import Effect
from runner.model.instants import parse_ms
from runner.model.schedule import At, Cron, Every
from runner.schedule import fires, timetable
from runner.schedule.daylight import (
    Change,
    change_near,
    changes,
    instant_of,
    offset,
    shift,
)
from runner.schedule.refusal import Refusal, refusals

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
DAY = 86_400
FROM = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
UNTIL = int(datetime(2028, 1, 1, tzinfo=UTC).timestamp())

zones = st.sampled_from(ZONES)
instants = st.integers(FROM, UNTIL)


def at(text: str) -> int:
    return parse_ms(text) // 1000


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (
            "Europe/Berlin",
            [
                Change(at("2026-03-29T01:00Z"), 3600, 7200),
                Change(at("2026-10-25T01:00Z"), 7200, 3600),
            ],
        ),
        (
            "Australia/Lord_Howe",
            [
                Change(at("2026-04-04T15:00Z"), 39_600, 37_800),
                Change(at("2026-10-03T15:30Z"), 37_800, 39_600),
            ],
        ),
        ("UTC", []),
    ],
)
def test_the_changes_of_a_year(zone: str, expected: list[Change]) -> None:
    assert list(changes(zone, at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"))) == (
        expected
    )


def test_the_end_of_a_window_is_not_in_it() -> None:
    instant = at("2026-03-29T01:00Z")
    assert list(changes("Europe/Berlin", instant - DAY, instant)) == []
    assert len(list(changes("Europe/Berlin", instant, instant + 1))) == 1


def test_a_day_that_never_was() -> None:
    (change,) = changes(
        "Pacific/Apia", at("2011-12-01T00:00Z"), at("2012-01-15T00:00Z")
    )
    assert change.end - change.first == DAY
    daily = timetable(At(((6, 0),), "Pacific/Apia"))
    moved = shift(daily, change)
    assert moved is not None
    assert moved.effect is Effect.LOST


@given(zones, instants)
def test_every_instant_is_found_by_its_wall_time(zone: str, instant: int) -> None:
    """Of a time that is shown twice, the first."""
    wall = instant + offset(zone, instant)
    found, change = instant_of(wall, zone)
    local = datetime.fromtimestamp(instant, ZoneInfo(zone))
    assert (found == instant) is (local.fold == 0)
    assert found + offset(zone, found) == wall
    if local.fold:
        assert change is not None
        assert instant - found == change.before - change.after


@given(zones, instants)
def test_a_wall_time_that_is_left_out_is_the_end_of_the_gap(
    zone: str, instant: int
) -> None:
    for change in changes(zone, instant, instant + 366 * DAY):
        if change.forward:
            assert instant_of(change.first, zone) == (change.instant, change)
            assert instant_of(change.end - 1, zone) == (change.instant, change)
            assert instant_of(change.end, zone) == (change.instant, None)


@given(zones, instants)
def test_near_a_change_is_what_it_shows_twice_or_moves_to(
    zone: str, instant: int
) -> None:
    info = ZoneInfo(zone)
    local = datetime.fromtimestamp(instant, info)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    before = datetime.fromtimestamp(instant - 1, info).utcoffset()
    gap_ends = (local.utcoffset() or timedelta()) > (before or timedelta())
    assert (change_near(zone, instant) is not None) is (twice or gap_ends)


@given(zones, st.integers(0, 23), st.integers(0, 59), st.booleans(), instants)
def test_a_shift_is_what_the_timetable_does(
    zone: str, hour: int, minute: int, wildcard: bool, instant: int
) -> None:
    hours = f"{hour}-{hour}" if not wildcard else f"*/{hour + 1}"
    t = timetable(Cron(f"{minute} {hours} * * *", zone))
    for change in changes(zone, instant, instant + 400 * DAY):
        shifted = shift(t, change)
        size = abs(change.after - change.before)
        near = list(fires(t, change.instant - size - 1, change.instant + size - 1))
        if shifted is None:
            continue
        if shifted.effect is Effect.MOVED:
            assert change.instant in near
        elif shifted.effect is Effect.TWICE:
            assert len(near) == 2 * shifted.times
        elif shifted.effect is Effect.ONCE:
            assert len(near) == shifted.times
            assert max(near) < change.instant


def test_intervals_know_no_daylight_saving() -> None:
    (change, _) = changes(
        "Europe/Berlin", at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z")
    )
    assert shift(timetable(Every(3600)), change) is None


walls = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)).map(  # noqa: DTZ001
    lambda wall: wall.replace(second=0, microsecond=0)
)
expressions = st.sampled_from(
    ["0 6 * * *", "*/7 * 13 * fri", "5,35 8-18 */2 * 1-5", "0 0 1 jan sun", "@weekly"]
)


@given(expressions, walls)
def test_a_time_is_refused_by_a_field_or_fires(expression: str, wall: datetime) -> None:
    instant = int(wall.replace(tzinfo=UTC).timestamp())
    fits = timetable(Cron(expression, "UTC")).latest(instant) == instant
    assert (refusals(expression, wall) == []) is fits


def test_days_refuse_together_where_either_would_do() -> None:
    wall = datetime(2026, 11, 19, 6)  # noqa: DTZ001  a Thursday by some clock
    assert refusals("0 6 13 * fri", wall) == [
        Refusal("day of month", "13"),
        Refusal("day of week", "fri"),
    ]
    assert refusals("0 6 * * fri", wall) == [Refusal("day of week", "fri")]
