"""Cron and `at` against a minute-by-minute simulation of Vixie cron, in all zones."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.model.schedule import At, Cron
from runner.schedule import Timetable, fires, timetable
from tests.runner.schedule import vixie

DAY = 86_400
FROM = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
UNTIL = int(datetime(2040, 1, 1, tzinfo=UTC).timestamp())
ZONES = resources.files("tzdata").joinpath("zones").read_text().split()

bounded = settings(max_examples=100)

zone_names = st.sampled_from(ZONES)
instants = st.integers(FROM, UNTIL)


@st.composite
def field(draw: st.DrawFn, low: int, high: int) -> str:
    numbers = st.integers(low, high)
    ranges = st.tuples(numbers, numbers).map(lambda pair: "{}-{}".format(*sorted(pair)))
    steps = st.integers(1, high + 5).map(lambda step: f"/{step}")
    item = st.one_of(
        numbers.map(str),
        ranges,
        st.just("*"),
        st.builds(str.__add__, ranges | st.just("*"), steps),
    )
    return ",".join(draw(st.lists(item, min_size=1, max_size=3)))


# Most changes happen in the first hours of a day, and days must match to see them.
expressions = (
    st.tuples(
        field(0, 59),
        st.one_of(st.integers(0, 4).map(str), field(0, 4), field(0, 23)),
        st.one_of(st.just("*"), st.just("*"), field(1, 31)),
        st.one_of(st.just("*"), st.just("*"), field(1, 12)),
        st.one_of(st.just("*"), st.just("*"), field(0, 7)),
    )
    .map(" ".join)
    .filter(lambda expression: not vixie.read(expression).is_impossible())
)


def next_change(zone: ZoneInfo, after: int) -> int:
    """The first day within 14 months on which the zone changes its offset, if any."""
    before = datetime.fromtimestamp(after, zone).utcoffset()
    for day in range(after, after + 430 * DAY, DAY):
        if datetime.fromtimestamp(day, zone).utcoffset() != before:
            return day - DAY
    return after


def assert_consistent(
    times: Timetable, expected: list[int], start: int, end: int
) -> None:
    """All three questions, asked from `start` to `end`, are answered by `expected`."""
    for probe in (*range(start, end, 1799), *expected[:20]):
        following = bisect_right(expected, probe)
        if following < len(expected):
            assert times.next(probe) == expected[following]
        if following:
            assert times.latest(probe) == expected[following - 1]
        assert times.count(start - 1, probe) == following
        assert times.count(probe, end) == len(expected) - following
        assert times.count(probe, probe - 1) == 0


@bounded
@given(expressions, zone_names, instants, st.integers(-DAY, DAY))
def test_fires_when_vixie_cron_would(
    expression: str, name: str, instant: int, shift: int
) -> None:
    crontab, zone = vixie.read(expression), ZoneInfo(name)
    times = timetable(Cron(expression, name))
    start = next_change(zone, instant) - DAY // 2 + shift
    end = start + 2 * DAY
    expected = vixie.simulate(crontab, zone, start, end + 1)
    assert list(fires(times, start - 1, end)) == expected
    assert_consistent(times, expected, start, end)


@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("Europe/Berlin", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25"),
        ("America/New_York", "2026-11-01"),
        ("Africa/Cairo", "2023-04-28"),  # midnight is skipped
        ("America/St_Johns", "2009-11-01"),  # 00:01 back to 23:01 of the day before
        ("America/St_Johns", "2009-03-08"),
        ("America/St_Johns", "1988-04-03"),  # two hours at once
        ("Antarctica/Casey", "2020-10-04"),  # exactly three hours forward
        ("Antarctica/Casey", "2021-03-14"),  # and back
        ("Antarctica/Vostok", "1994-02-01"),  # seven hours back
        ("Antarctica/Vostok", "1994-11-01"),  # and forward
        ("Pacific/Apia", "2011-12-30"),  # a whole day
        ("Pacific/Kwajalein", "1993-08-21"),
        ("Asia/Gaza", "2024-02-17"),
        ("Africa/Casablanca", "2026-02-15"),  # back for Ramadan
        ("America/Caracas", "2007-12-09"),  # half an hour back, for good
    ],
)
@pytest.mark.parametrize(
    "expression",
    [
        "0,30 0-4,23 * * *",
        "*/20 * * * *",
        "17 */2 * * *",
        "* 0-4,23 * * *",
        "15 23,0,2 * * 0,6",
        "1 0-23 */2 * 2-6",
        "59 23 1,30 * *",
        # Once a week, when the clocks change: what comes before and after is far away.
        "58 1 * * 0",
        "58 2 * * 0",
        "*/7 1 * * 0",
        "*/7 2 * * 0",
    ],
)
def test_odd_changes(name: str, around: str, expression: str) -> None:
    start = int(datetime.fromisoformat(f"{around}T00:00Z").timestamp()) - DAY - 1
    end = start + 3 * DAY
    times = timetable(Cron(expression, name))
    expected = vixie.simulate(vixie.read(expression), ZoneInfo(name), start, end + 1)
    assert list(fires(times, start - 1, end)) == expected
    assert_consistent(times, expected, start, end)


def test_gap_that_ends_within_a_minute() -> None:
    """Monrovia went from 00:00:00 to 00:44:30 on 7 January 1972."""
    times = timetable(Cron("30 0 7 1 *", "Africa/Monrovia"))
    change = int(datetime(1972, 1, 7, 0, 44, 30, tzinfo=UTC).timestamp())
    fire = change + 30
    assert times.next(change - 1) == fire
    assert times.next(change) == fire
    assert times.latest(fire) == fire
    assert times.latest(fire - 1) == fire - 365 * DAY - 15 * 60 + 44 * 60 + 30
    assert times.count(change - 1, fire - 1) == 0
    assert times.count(change - 1, fire) == 1


@bounded
@given(
    st.lists(st.tuples(st.integers(0, 23), st.integers(0, 59)), min_size=1, max_size=1),
    st.lists(st.integers(0, 6), max_size=3),
    zone_names,
    instants,
)
def test_at_agrees_with_cron(
    clock_times: list[tuple[int, int]], weekdays: list[int], name: str, instant: int
) -> None:
    at = timetable(At(tuple(clock_times), name, tuple(weekdays)))
    ((hour, minute),) = clock_times
    names = ",".join(str((weekday + 1) % 7) for weekday in weekdays) or "*"
    cron = timetable(Cron(f"{minute} {hour} * * {names}", name))
    until = instant + 400 * DAY
    assert list(fires(at, instant, until)) == list(fires(cron, instant, until))
    assert at.latest(instant) == cron.latest(instant)
    assert at.count(FROM, instant) == cron.count(FROM, instant)


@bounded
@given(expressions, zone_names, st.tuples(instants, instants, instants))
def test_counts_of_years_add_up(
    expression: str, name: str, bounds: tuple[int, int, int]
) -> None:
    start, middle, end = sorted(bounds)
    times = timetable(Cron(expression, name))
    whole = times.count(start, end)
    assert whole == times.count(start, middle) + times.count(middle, end)
    assert (times.next(start) or end + 1) <= end or whole == 0


@settings(max_examples=15)
@given(zone_names, st.integers(0, 23), st.integers(0, 59))
def test_a_fixed_time_fires_once_a_day_for_twenty_years(
    name: str, hour: int, minute: int
) -> None:
    zone = ZoneInfo(name)
    times = timetable(Cron(f"{minute} {hour} * * *", name))
    found = list(fires(times, FROM, UNTIL))
    days = [datetime.fromtimestamp(fire, zone).date() for fire in found]
    assert len(found) == times.count(FROM, UNTIL)
    assert all(later > earlier for earlier, later in pairwise(found))
    # A time skipped just before midnight fires just after it, on a day that has its own.
    gaps = {later - earlier for earlier, later in pairwise(days)}
    assert gaps <= {timedelta(0), timedelta(1), timedelta(2)}
    assert abs(len(found) - (UNTIL - FROM) // DAY) <= 1


def test_same_fires_from_any_start() -> None:
    times = timetable(Cron("*/20 1-3 * * *", "Europe/Berlin"))
    start = int(datetime(2026, 10, 24, tzinfo=UTC).timestamp())
    found = list(fires(times, start, start + 3 * DAY))
    for begin in range(start, start + 2 * DAY, 599):
        position = bisect_right(found, begin)
        assert list(fires(times, begin, start + 3 * DAY)) == found[position:]


def test_leap_day_across_a_century_without_one() -> None:
    times = timetable(Cron("0 0 29 2 *", "UTC"))
    leap_days = [
        int(datetime(year, 2, 29, tzinfo=UTC).timestamp()) for year in (2096, 2104)
    ]
    assert times.next(leap_days[0]) == leap_days[1]
    assert times.latest(leap_days[1] - 1) == leap_days[0]
    assert times.count(leap_days[0] - 1, leap_days[1]) == 2


def test_leap_day_on_a_sunday_is_found_forty_years_on() -> None:
    times = timetable(Cron("0 0 29 2 */7", "UTC"))
    earlier, later = (
        int(datetime(year, 2, 29, tzinfo=UTC).timestamp()) for year in (2088, 2128)
    )
    assert times.next(earlier) == later
    assert times.latest(later - 1) == earlier


def test_a_wildcard_that_only_falls_into_gaps_never_fires() -> None:
    times = timetable(Cron("*/30 2 25-31 3 */7", "Europe/Berlin"))
    assert times.next(UNTIL) is None
    assert times.count(FROM, UNTIL) == 0


def test_instants_beyond_the_calendar() -> None:
    times = timetable(Cron("0 6 * * *", "Europe/Berlin"))
    beyond = 10**18
    assert times.next(beyond) is None
    assert times.latest(-beyond) is None
    assert times.count(beyond, 2 * beyond) == 0
    assert (times.next(-beyond) or 0) < 0
    assert (times.latest(beyond) or 0) > UNTIL
