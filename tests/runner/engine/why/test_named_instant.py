from __future__ import annotations

import pytest

from runner.engine.why.named_instant import resolve
from runner.model.instants import parse_ms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06:00", "2026-11-20T06:00+01:00"),
        ("23:15", "2026-11-19T23:15+01:00"),
        ("2026-11-25 06:00", "2026-11-25T06:00+01:00"),
        ("2026-11-20T06:00:00Z", "2026-11-20T07:00+01:00"),
        ("2026-03-29 02:30", "2026-03-29T03:00+02:00"),
        ("2026-10-25 02:30", "2026-10-25T02:30+02:00"),
    ],
)
def test_a_time_is_the_zones(text: str, expected: str) -> None:
    now = parse_ms("2026-11-20T13:00+01:00") // 1000
    named = resolve(text, "Europe/Berlin", now)
    assert named.instant * 1000 == parse_ms(expected)
    assert bool(named.note) == (text[5:7] in {"03", "10"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13:00", "2026-03-28T13:00+01:00"),
        ("13:01", "2026-03-28T13:01+01:00"),
        ("02:30", "2026-03-29T03:00+02:00"),
        ("2026-03-27", "2026-03-27T00:00+01:00"),
    ],
)
def test_ahead_a_time_of_day_is_the_next(text: str, expected: str) -> None:
    now = parse_ms("2026-03-28T13:00+01:00") // 1000
    named = resolve(text, "Europe/Berlin", now, ahead=True)
    assert named.instant * 1000 == parse_ms(expected)


def test_a_time_that_came_twice_says_which_is_meant() -> None:
    assert resolve("2026-10-25 02:30", "Europe/Berlin", 0).note == (
        "the clock shows 2026-10-25 02:30 twice: taken as"
        " Sun 2026-10-25 02:30 +02:00, not Sun 2026-10-25 02:30 +01:00"
    )


@pytest.mark.parametrize("text", ["", "noon", "25:00", "06:00Z", "2026-13-01 06:00"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        resolve(text, "UTC", 0)


@pytest.mark.parametrize(
    "text", ["9998-01-01 06:00", "1899-12-31T06:00Z", "0001-01-01"]
)
def test_beyond_all_schedules(text: str) -> None:
    with pytest.raises(ValueError, match="years go from 1900 to 9997"):
        resolve(text, "Europe/Berlin", 0)
