from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.model.errors import TriggerInvalidError
from runner.model.schedule import Cron
from runner.schedule import timetable
from tests.runner.schedule import vixie

YEAR_2026 = 1_767_225_600
DAY = 86_400


def minutes_of_the_day(minute_and_hour: str) -> set[int]:
    times = timetable(Cron(f"{minute_and_hour} * * *", "UTC"))
    found = set()
    fire = times.next(YEAR_2026 - 1)
    while fire is not None and fire < YEAR_2026 + DAY:
        found.add((fire - YEAR_2026) // 60)
        fire = times.next(fire)
    return found


def wrong_field(expression: str) -> str:
    try:
        timetable(Cron(expression, "UTC"))
    except TriggerInvalidError as error:
        return error.field
    return ""


@pytest.mark.parametrize(
    ("expression", "field"),
    [
        ("61 * * * *", "minute"),
        ("60 * * * *", "minute"),
        ("-1 * * * *", "minute"),
        ("5/15 * * * *", "minute"),
        ("*/0 * * * *", "minute"),
        ("1-5/0 * * * *", "minute"),
        ("*-5 * * * *", "minute"),
        ("1,,2 * * * *", "minute"),
        (",1 * * * *", "minute"),
        ("** * * * *", "minute"),
        ("? * * * *", "minute"),
        ("1.5 * * * *", "minute"),
        ("mon * * * *", "minute"),
        ("\u0663 * * * *", "minute"),
        ("\uff11 * * * *", "minute"),
        ("H * * * *", "minute"),
        ("R * * * *", "minute"),
        ("H(0-5) * * * *", "minute"),
        ("r(0-5) * * * *", "minute"),
        ("+5 * * * *", "minute"),
        ("1_0 * * * *", "minute"),
        ("0 24 * * *", "hour"),
        ("0 22-2 * * *", "hour"),
        ("0 0 0 * *", "day of month"),
        ("0 0 32 * *", "day of month"),
        ("0 0 L * *", "day of month"),
        ("0 0 15W * *", "day of month"),
        ("0 0 30 2 *", "day of month"),
        ("0 0 31 2,4,6,9,11 *", "day of month"),
        ("0 0 31 2 */2", "day of month"),
        ("0 0 1 0 *", "month"),
        ("0 0 1 13 *", "month"),
        ("0 0 1 mon *", "month"),
        ("0 0 1 dec-jan *", "month"),
        ("0 0 * * 8", "day of week"),
        ("0 0 * * 5#2", "day of week"),
        ("0 0 * * L5", "day of week"),
        ("0 0 * * fri-sun", "day of week"),
        ("0 0 * * monday", "day of week"),
        ("0 0 * * mon/2", "day of week"),
        ("", "cron"),
        ("   ", "cron"),
        ("* * * *", "cron"),
        ("* * * * * *", "cron"),
        ("* * * * * * *", "cron"),
        ("* * * *\u00a0*", "cron"),
        ("@reboot", "cron"),
        ("@every 5m", "cron"),
        ("@", "cron"),
    ],
)
def test_wrong_expressions_name_the_field(expression: str, field: str) -> None:
    assert wrong_field(expression) == field


@pytest.mark.parametrize(
    ("expression", "same"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
        ("@Daily", "0 0 * * *"),
        ("  0\t6 * *   *\n", "0 6 * * *"),
        ("0 6 * JAN,Mar-may Mon-FRI", "0 6 * 1,3-5 1-5"),
        ("0 6 * * 7", "0 6 * * 0"),
        ("0 6 * * sun", "0 6 * * 7"),
        ("0 6 * * 5-7", "0 6 * * 0,5,6"),
        ("0 6 * * 7-7", "0 6 * * 0"),
        ("0 6 * * 0-7", "0 6 * * 0,1,2,3,4,5,6"),
        ("05 06 * * *", "5 6 * * *"),
        ("58-58 * * * *", "58 * * * *"),
        ("58-58/7 * * * *", "58 * * * *"),
        ("0 6-6 1-1 3-3 *", "0 6 1 3 *"),
        ("*/90 * * * *", "0 * * * *"),
    ],
)
def test_other_ways_to_say_it(expression: str, same: str) -> None:
    one, other = timetable(Cron(expression, "UTC")), timetable(Cron(same, "UTC"))
    start = YEAR_2026
    for _ in range(50):
        fire = one.next(start)
        assert fire is not None
        assert fire == other.next(start)
        start = fire


@pytest.mark.parametrize("step", range(1, 62))
def test_steps(step: int) -> None:
    assert minutes_of_the_day(f"*/{step} 0") == set(range(0, 60, step))
    assert minutes_of_the_day(f"7-50/{step} 0") == set(range(7, 51, step))


@settings(max_examples=300)
@given(st.integers(0, 7), st.integers(0, 7), st.integers(1, 8))
def test_weekday_ranges(low: int, high: int, step: int) -> None:
    if low > high:
        low, high = high, low
    text = f"{low}-{high}/{step}"
    times = timetable(Cron(f"0 0 * * {text}", "UTC"))
    expected = {weekday % 7 for weekday in vixie.values(text, 0, 7)}
    # 4 January 2026 is a Sunday.
    found = {
        day
        for day in range(7)
        if times.count(YEAR_2026 + (3 + day) * DAY - 1, YEAR_2026 + (3 + day) * DAY)
    }
    assert found == expected


@settings(max_examples=300)
@given(st.text(alphabet="0123456789*,-/ @#?lLHRwmonjafe\t", max_size=24))
def test_any_text_is_understood_or_refused(text: str) -> None:
    assert wrong_field(text) or timetable(Cron(text, "UTC")).next(YEAR_2026)
