from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.model.errors import TriggerInvalidError
from runner.model.schedule import Legacy
from runner.schedule import legacy_due

BERLIN = "Europe/Berlin"
INTERVALS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(hours=20),
    "weekly": timedelta(days=6),
    "monthly": timedelta(days=25),
}
NAMES = resources.files("tzdata").joinpath("zones").read_text().split()


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def is_due(legacy: Legacy, last_started: int, now: int) -> bool:
    """The definition, as it is written."""
    elapsed = timedelta(seconds=now - last_started)
    wall = datetime.fromtimestamp(now, ZoneInfo(legacy.timezone))
    last_day = calendar.monthrange(wall.year, wall.month)[1]
    day = {
        "weekly": wall.weekday() == legacy.preferred_weekday,
        "monthly": wall.day == min(legacy.preferred_day, last_day),
    }.get(legacy.period, True)
    hour = legacy.period == "hourly" or wall.hour >= legacy.preferred_hour
    return elapsed >= INTERVALS[legacy.period] and day and hour


@pytest.mark.parametrize(
    ("legacy", "last_started", "due"),
    [
        # The interval alone, to the second.
        (
            Legacy("hourly", BERLIN),
            "2026-11-20T10:00:07+01:00",
            "2026-11-20T11:00:07+01:00",
        ),
        # Twenty hours pass at 05:59:59, at 06:00:00, at 06:00:01.
        (
            Legacy("daily", BERLIN),
            "2026-11-19T09:59:59+01:00",
            "2026-11-20T06:00:00+01:00",
        ),
        (
            Legacy("daily", BERLIN),
            "2026-11-19T10:00:00+01:00",
            "2026-11-20T06:00:00+01:00",
        ),
        (
            Legacy("daily", BERLIN),
            "2026-11-19T10:00:01+01:00",
            "2026-11-20T06:00:01+01:00",
        ),
        # They pass at 23:59:59, and at midnight.
        (
            Legacy("daily", BERLIN),
            "2026-11-20T03:59:59+01:00",
            "2026-11-20T23:59:59+01:00",
        ),
        (
            Legacy("daily", BERLIN),
            "2026-11-20T04:00:00+01:00",
            "2026-11-21T06:00:00+01:00",
        ),
        (
            Legacy("daily", BERLIN, 0),
            "2026-11-20T04:00:00+01:00",
            "2026-11-21T00:00:00+01:00",
        ),
        # Any hour after the preferred one will do, on the evening before too.
        (
            Legacy("daily", BERLIN, 2),
            "2026-11-19T02:00:00+01:00",
            "2026-11-19T22:00:00+01:00",
        ),
        # 02:00 is skipped: due when the gap ends.
        (
            Legacy("daily", BERLIN, 2),
            "2026-03-28T05:00:00+01:00",
            "2026-03-29T03:00:00+02:00",
        ),
        # 02:00 comes twice: due at the first.
        (
            Legacy("daily", BERLIN, 2),
            "2026-10-24T05:00:00+02:00",
            "2026-10-25T02:00:00+02:00",
        ),
        # The interval ends in the first pass at 02:30: the hour is reached.
        (
            Legacy("daily", BERLIN, 2),
            "2026-10-24T06:30:00+02:00",
            "2026-10-25T02:30:00+02:00",
        ),
        # It ends in the second pass, in which 02:00 comes again.
        (
            Legacy("daily", BERLIN, 2),
            "2026-10-24T07:10:00+02:00",
            "2026-10-25T02:10:00+01:00",
        ),
        # Midnight itself is skipped in Havana.
        (
            Legacy("daily", "America/Havana", 0),
            "2026-03-07T00:00:00-05:00",
            "2026-03-07T20:00:00-05:00",
        ),
        (
            Legacy("weekly", "America/Havana", 0, 6),
            "2026-03-01T00:00:00-05:00",
            "2026-03-08T01:00:00-04:00",
        ),
        # Six days pass on Monday before, at and after the hour; on Tuesday.
        (
            Legacy("weekly", BERLIN),
            "2026-11-17T05:59:59+01:00",
            "2026-11-23T06:00:00+01:00",
        ),
        (
            Legacy("weekly", BERLIN),
            "2026-11-17T06:00:00+01:00",
            "2026-11-23T06:00:00+01:00",
        ),
        (
            Legacy("weekly", BERLIN),
            "2026-11-17T06:00:01+01:00",
            "2026-11-23T06:00:01+01:00",
        ),
        (
            Legacy("weekly", BERLIN),
            "2026-11-17T23:59:59+01:00",
            "2026-11-23T23:59:59+01:00",
        ),
        (
            Legacy("weekly", BERLIN),
            "2026-11-18T00:00:00+01:00",
            "2026-11-30T06:00:00+01:00",
        ),
        # Day 31 is the last day of a shorter month.
        (
            Legacy("monthly", BERLIN, 6, 0, 31),
            "2026-01-31T06:00:00+01:00",
            "2026-02-28T06:00:00+01:00",
        ),
        (
            Legacy("monthly", BERLIN, 6, 0, 31),
            "2028-01-31T06:00:00+01:00",
            "2028-02-29T06:00:00+01:00",
        ),
        (
            Legacy("monthly", BERLIN, 6, 0, 31),
            "2026-02-28T06:00:00+01:00",
            "2026-03-31T06:00:00+02:00",
        ),
        (
            Legacy("monthly", BERLIN),
            "2026-11-01T06:00:00+01:00",
            "2026-12-01T06:00:00+01:00",
        ),
        # 25 days pass within the day, and one second after it.
        (
            Legacy("monthly", BERLIN),
            "2026-11-06T23:59:59+01:00",
            "2026-12-01T23:59:59+01:00",
        ),
        (
            Legacy("monthly", BERLIN),
            "2026-11-07T00:00:00+01:00",
            "2027-01-01T06:00:00+01:00",
        ),
        # Apia had no 30 December 2011, and so no Friday that week.
        (
            Legacy("weekly", "Pacific/Apia", 6, 4),
            "2011-12-23T06:00:00-10:00",
            "2012-01-06T06:00:00+14:00",
        ),
    ],
)
def test_boundaries(legacy: Legacy, last_started: str, due: str) -> None:
    found = legacy_due(legacy, instant(last_started))
    assert found == instant(due)
    assert is_due(legacy, instant(last_started), found)
    assert not is_due(legacy, instant(last_started), found - 1)


@settings(max_examples=150)
@given(
    st.builds(
        Legacy,
        st.sampled_from(["hourly", "daily", "weekly", "monthly"]),
        st.sampled_from(NAMES),
        st.integers(0, 23),
        st.integers(0, 6),
        st.integers(1, 31),
    ),
    st.integers(1_577_836_800, 2_208_988_800),
)
def test_nothing_earlier_is_due(legacy: Legacy, last_started: int) -> None:
    found = legacy_due(legacy, last_started)
    assert is_due(legacy, last_started, found)
    earliest = last_started + int(INTERVALS[legacy.period].total_seconds())
    # Offsets are whole quarters of an hour: these are all the instants to look at.
    quarters = range(earliest - earliest % 900 + 900, found, 900)
    for earlier in (earliest, *quarters):
        assert earlier >= found or not is_due(legacy, last_started, earlier)
    assert not is_due(legacy, last_started, found - 1)


@pytest.mark.parametrize(
    ("legacy", "field"),
    [
        (Legacy("daily", BERLIN, 24), "preferred_hour"),
        (Legacy("daily", BERLIN, -1), "preferred_hour"),
        (Legacy("weekly", BERLIN, 6, 7), "preferred_weekday"),
        (Legacy("monthly", BERLIN, 6, 0, 0), "preferred_day"),
        (Legacy("monthly", BERLIN, 6, 0, 32), "preferred_day"),
        (Legacy("daily", "Europe/Nowhere"), "timezone"),
    ],
)
def test_wrong_parts_are_named(legacy: Legacy, field: str) -> None:
    with pytest.raises(TriggerInvalidError) as caught:
        legacy_due(legacy, 0)
    assert caught.value.field == field
