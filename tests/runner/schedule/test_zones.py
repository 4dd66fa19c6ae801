from __future__ import annotations

from datetime import datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.model.errors import TriggerInvalidError
from runner.model.schedule import At, Cron
from runner.schedule import forget_zone_data, timetable
from runner.schedule.zones import BLOCK, zone

NAMES = resources.files("tzdata").joinpath("zones").read_text().split()
bounded = settings(max_examples=300)


def offset(name: str, instant: int) -> int:
    there = datetime.fromtimestamp(instant, ZoneInfo(name)).utcoffset() or timedelta()
    return int(there.total_seconds())


@bounded
@given(st.sampled_from(NAMES), st.integers(0, 2**32))
def test_spans_hold_the_offset_from_edge_to_edge(name: str, instant: int) -> None:
    span = zone(name).span(instant)
    assert span.start <= instant < span.end
    for inside in (span.start, instant, span.end - 1):
        assert offset(name, inside) == span.offset
    assert zone(name).span(span.end).start == span.end
    assert zone(name).span(span.start - 1).end == span.start
    assert span.skipped == max(0, span.offset - offset(name, span.start - 1))


@bounded
@given(st.sampled_from(NAMES), st.integers(0, 2**32))
def test_repeated_spans_are_those_whose_wall_clock_was_seen(
    name: str, instant: int
) -> None:
    span = zone(name).span(instant)
    latest_wall = max(
        before + offset(name, before)
        for before in range(span.start - 86_400, span.start, 60)
    )
    assert span.repeated == (latest_wall > span.start + span.offset)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("America/Boa_Vista", 971_578_800),
        ("America/Noronha", 971_571_600),
        ("Asia/Gaza", 2_234_905_200),
        ("Asia/Gaza", 2_658_870_000),
    ],
)
def test_two_changes_within_a_week_are_both_seen(name: str, change: int) -> None:
    """The closest pairs there are since 1970: `change` is the second of a pair."""
    span = zone(name).span(change)
    assert span.start == change
    assert offset(name, change - 1) != span.offset
    assert offset(name, change - 7 * 86_400) == span.offset


def test_changes_on_the_edge_of_what_is_remembered() -> None:
    back, forward = 1_128_038_400, 1_932_595_200
    assert back % BLOCK == forward % BLOCK == 0
    assert zone("Africa/Tunis").span(back) == (back, back + 3600, 3600, 0, True)
    span = zone("Europe/Chisinau").span(forward)
    assert (span.start, span.skipped) == (forward, 3600)


def test_every_zone_can_be_used() -> None:
    for name in NAMES:
        fire = timetable(At(((6, 0),), name)).next(1_800_000_000)
        assert fire is not None
        assert datetime.fromtimestamp(fire, ZoneInfo(name)).hour == 6


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        "/",
        "Europe",
        "Europe/",
        "/Europe/Berlin",
        "Europe//Berlin",
        "Europe/../Europe/Berlin",
        "/etc/passwd",
        "../../../etc/passwd",
        "Europe\\Berlin",
        "Europe/Berlin\n",
        "Europe/Berlin\0",
        " Europe/Berlin",
        "Europe/Bérlin",
        "Mars/Olympus_Mons",
        "zone.tab",
        "tzdata.zi",
        "leapseconds",
        "right/Europe/Berlin",
        "x" * 5000,
        "\ud800",
    ],
)
def test_wrong_names_are_refused(name: str) -> None:
    for schedule in (Cron("0 6 * * *", name), At(((6, 0),), name)):
        with pytest.raises(TriggerInvalidError) as caught:
            timetable(schedule)
        assert caught.value.field == "timezone"
        assert caught.value.hint


def test_the_nearest_name_is_proposed() -> None:
    with pytest.raises(TriggerInvalidError) as caught:
        zone("europe/berln")
    assert caught.value.hint == "did you mean Europe/Berlin?"


def test_forgetting_zone_data_builds_anew() -> None:
    schedule = Cron("0 6 * * *", "Europe/Berlin")
    before = timetable(schedule)
    assert timetable(Cron("0 6 * * *", "Europe/Berlin")) is before
    forget_zone_data()
    assert timetable(schedule) is not before
