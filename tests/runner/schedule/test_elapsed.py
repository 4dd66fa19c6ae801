from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.model.errors import TriggerInvalidError
from runner.model.schedule import Every, Manual, Once
from runner.schedule import fires, timetable


@given(st.data(), st.integers(1, 100_000), st.integers(-10_000, 2**33))
def test_every_is_anchored_at_the_epoch_plus_offset(
    data: st.DataObject, interval: int, after: int
) -> None:
    offset = data.draw(st.integers(0, interval - 1))
    times = timetable(Every(interval, offset))
    found = list(fires(times, after, after + 5 * interval))
    assert len(found) == 5
    assert all(fire % interval == offset for fire in found)
    assert after < found[0] <= after + interval
    assert times.latest(found[0]) == found[0]
    assert times.latest(found[0] - 1) == found[0] - interval
    assert times.count(after, found[-1]) == 5
    assert times.count(after, found[-1] - 1) == 4
    assert times.count(found[-1], after) == 0


@pytest.mark.parametrize(
    ("every", "field"),
    [
        (Every(0), "every"),
        (Every(-5), "every"),
        (Every(60, 60), "offset"),
        (Every(60, -1), "offset"),
    ],
)
def test_wrong_intervals(every: Every, field: str) -> None:
    with pytest.raises(TriggerInvalidError) as caught:
        timetable(every)
    assert caught.value.field == field


def test_once() -> None:
    times = timetable(Once(1000))
    assert times.next(999) == 1000
    assert times.next(1000) is None
    assert times.latest(999) is None
    assert times.latest(1000) == 1000
    assert [times.count(0, 999), times.count(999, 1000), times.count(1000, 2000)] == [
        0,
        1,
        0,
    ]
    assert times.count(2000, 0) == 0
    assert list(fires(times, 0)) == [1000]


def test_manual_never_fires() -> None:
    times = timetable(Manual())
    assert times.next(0) is None
    assert times.latest(2**40) is None
    assert times.count(0, 2**40) == 0
    assert list(fires(times, 0)) == []
