from __future__ import annotations

from datetime import datetime

import pytest

from runner.model.errors import TriggerInvalidError
from runner.model.schedule import At
from runner.schedule import fires, timetable


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_times_need_no_order_and_count_once() -> None:
    times = timetable(At(((18, 30), (6, 0), (18, 30)), "Europe/Berlin", (0, 2)))
    monday = instant("2026-11-16T00:00+01:00")
    assert list(fires(times, monday, monday + 4 * 86_400)) == [
        instant("2026-11-16T06:00+01:00"),
        instant("2026-11-16T18:30+01:00"),
        instant("2026-11-18T06:00+01:00"),
        instant("2026-11-18T18:30+01:00"),
    ]


def test_at_is_fixed_even_when_it_names_every_half_hour() -> None:
    every_half_hour = tuple((hour, minute) for hour in range(24) for minute in (0, 30))
    times = timetable(At(every_half_hour, "Europe/Berlin"))
    spring, autumn = (
        instant("2026-03-29T00:00+01:00"),
        instant("2026-10-25T00:00+02:00"),
    )
    assert times.count(spring - 1, spring + 23 * 3600 - 1) == 46
    assert times.count(autumn - 1, autumn + 25 * 3600 - 1) == 48


@pytest.mark.parametrize(
    ("at", "field"),
    [
        (At((), "UTC"), "at"),
        (At(((24, 0),), "UTC"), "at"),
        (At(((6, 60),), "UTC"), "at"),
        (At(((-1, 0),), "UTC"), "at"),
        (At(((6, 0),), "UTC", (7,)), "weekdays"),
        (At(((6, 0),), "UTC", (-1,)), "weekdays"),
        (At(((6, 0),), "Nowhere"), "timezone"),
    ],
)
def test_wrong_parts_are_named(at: At, field: str) -> None:
    with pytest.raises(TriggerInvalidError) as caught:
        timetable(at)
    assert caught.value.field == field
