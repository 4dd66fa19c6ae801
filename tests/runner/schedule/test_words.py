from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.model.schedule import (
    WEEKDAYS,
    At,
    Cron,
    Every,
    Legacy,
    Manual,
    Once,
    Schedule,
)
from runner.schedule import Timetable, describe, fires, timetable
from runner.schedule.words import sentence

UTC = "UTC"


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Manual(), "manual"),
        (Every(5400), "every 1h30m"),
        (Every(45), "every 45s"),
        (Every(86_400), "every 1d"),
        (Every(600, 120), "every 10m+2m"),
        (At(((6, 0),), UTC), "06:00"),
        (At(((18, 0), (6, 0)), UTC), "06:00,18:00"),
        (At(tuple((hour, 0) for hour in range(6, 15)), UTC), "06:00,07:00 +7"),
        (At(((8, 0),), UTC, (0,)), "Mon 08:00"),
        (At(((8, 0),), UTC, (2, 0)), "Mon,Wed 08:00"),
        (At(((8, 0),), UTC, (0, 1)), "Mon,Tue 08:00"),
        (At(((8, 0),), UTC, (4, 3, 2, 1, 0)), "Mon-Fri 08:00"),
        (At(((8, 0),), UTC, tuple(range(7))), "08:00"),
        (Once(1_796_115_600), "once 2026-12-01 09:00Z"),
        (Legacy("hourly", UTC), "hourly"),
        (Legacy("daily", UTC), "daily 06:00"),
        (Legacy("weekly", UTC, preferred_hour=8), "weekly Mon 08:00"),
        (Legacy("monthly", UTC), "monthly 1. 06:00"),
    ],
)
def test_words(schedule: Schedule, words: str) -> None:
    assert describe(schedule) == words


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("  0 \t6 * * * ", "06:00"),
        ("@daily", "00:00"),
        ("@weekly", "Sun 00:00"),
        ("@yearly", "@yearly"),
        ("0 6,18 * * *", "06:00,18:00"),
        ("0 8 * * 1", "Mon 08:00"),
        ("0 8 * * mon,wed,fri", "Mon,Wed,Fri 08:00"),
        ("30 6 * * 1-5", "Mon-Fri 06:30"),
        ("0 8 * * 0-6", "08:00"),
        ("0 0 1 * *", "1. 00:00"),
        ("0 0 1 * 1-7", "00:00"),
        ("*/15 * * * *", "every 15m"),
        ("* * * * *", "every 1m"),
        ("0 * * * *", "hourly"),
    ],
)
def test_simple_expressions_are_told_in_words(expression: str, words: str) -> None:
    assert describe(Cron(expression, UTC)) == words


@pytest.mark.parametrize(
    "expression",
    [
        "*/7 * * * *",  # 4 minutes at the end of each hour
        "0 */6 * * *",  # 5 or 7 hours where clocks change
        "0 0-23 * * *",  # not once an hour where clocks change
        "0 6 1 * 1",  # the 1st and every Monday
        "0 6 */2 * 1",
        "0 6 1 3 *",
        "0 6 1,15 * *",
        "0 6,12,18 * * *",
        "*/60 6 * * *",
        "0 8,9 * * 1,3,5",  # too wide
        "no expression",
    ],
)
def test_other_expressions_stay_as_they_are(expression: str) -> None:
    assert describe(Cron(expression, UTC)) == expression


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        (Manual(), "Only when it is asked for"),
        (Every(5400), "Every 1h30m of real time"),
        (Every(600, 120), "Every 10m of real time, 2m after each full interval"),
        (At(((18, 0), (6, 0)), UTC), "At 06:00 and 18:00, every day"),
        (
            At(((6, 0),), UTC, (4, 0, 2)),
            "At 06:00, on Monday, Wednesday and Friday",
        ),
        (Once(1_796_115_600), "Once, at 09:00:00 UTC on 2026-12-01"),
        (Legacy("hourly", UTC), "Hourly: 1 h after the last start"),
        (
            Legacy("daily", UTC, preferred_hour=8),
            "Daily: from 08:00 on, at least 20 h after the last start",
        ),
        (
            Legacy("weekly", UTC, preferred_weekday=6),
            "Weekly: on Sunday from 06:00 on, at least 6 d after the last start",
        ),
        (
            Legacy("monthly", UTC, preferred_day=3),
            "Monthly: on day 3 from 06:00 on, at least 25 d after the last start",
        ),
        (Cron("30 6 * * 1-5", UTC), "At 06:30, Monday through Friday"),
        (Cron("@monthly", UTC), "At 00:00, on day 1 of the month"),
        (Cron("0 6 * * 5-7", UTC), "At 06:00, Friday through Sunday"),
        (Cron("30 18 * jun-aug *", UTC), "At 18:30, June through August"),
        (Cron("*/15 9-17 * * *", UTC), "Every 15 minutes, between 09:00 and 17:59"),
        (Cron("nonsense", UTC), "nonsense"),
    ],
)
def test_sentences(schedule: Schedule, told: str) -> None:
    assert sentence(schedule) == told


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("*/25 * * * *", "At 0, 25, and 50 minutes past the hour"),
        ("0 */9 * * *", "At 00:00, 09:00 and 18:00"),
        ("0 0 */15 * *", "At 00:00, on day 1, 16, and 31 of the month"),
        ("0 6 1 * 1", "At 06:00, on day 1 of the month, or on Monday"),
        ("0 6 1 * 0-7", "At 06:00"),
        (
            "0 6 */20 * 1,2",
            "At 06:00, on day 1 and 21 of the month, if that is a Monday and Tuesday",
        ),
    ],
)
def test_a_sentence_tells_no_interval_that_is_none(expression: str, told: str) -> None:
    assert sentence(Cron(expression, UTC)) == told


ZONE = "Europe/Amsterdam"
DAY = 86_400
START = 1_767_225_600  # 2026-01-01
SPRING, AUTUMN = 1_774_746_000, 1_792_890_000
MEANT = re.compile(
    r"hourly|every (?P<minutes>\d+)m"
    r"|((?P<date>\d+)\. )?((?P<days>[A-Z][A-Za-z,-]+) )?(?P<times>[\d:,]+)"
)


def read_back(words: str) -> Timetable | None:
    """What a person takes the words for; None where they are an expression."""
    match = MEANT.fullmatch(words)
    if match is None:
        return None
    if match["times"] is None:
        return timetable(Every(60 * int(match["minutes"] or 60)))
    times = [text.split(":") for text in match["times"].split(",")]
    if match["date"]:
        minutes = ",".join(minute for _, minute in times)
        hours = ",".join(hour for hour, _ in times)
        return timetable(Cron(f"{minutes} {hours} {match['date']} * *", ZONE))
    moments = tuple((int(hour), int(minute)) for hour, minute in times)
    return timetable(At(moments, ZONE, days(match["days"])))


def days(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    numbers = [WEEKDAYS.index(name.lower()) for name in re.split("[,-]", text)]
    return tuple(range(numbers[0], numbers[1] + 1)) if "-" in text else tuple(numbers)


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda it: f"{min(it)}-{max(it)}")
    step = st.integers(1, high + 1)
    item = number.map(str) | span
    return (
        st.just("*")
        | number.map(str)
        | st.lists(item, min_size=1, max_size=3).map(",".join)
        | step.map(lambda it: f"*/{it}")
        | st.tuples(span, step).map(lambda it: f"{it[0]}/{it[1]}")
    )


EXPRESSIONS = st.tuples(
    field(0, 59),
    field(0, 23),
    st.just("*") | field(1, 28),
    st.just("*") | field(1, 12),
    field(0, 7),
).map(" ".join)


SIMPLE = st.tuples(
    st.sampled_from(["0", "30", "0,30", "*/20", "0-59/15", "*", "*/60"]),
    st.sampled_from(["*", "2", "3", "2,18", "0-23", "*/24"]),
    st.sampled_from(["*", "*", "1", "31", "1-31", "*/40"]),
    st.just("*"),
    st.sampled_from(
        ["*", "*", "0", "7", "1-5", "sat,sun", "0-7", "mon,wed,fri", "*/7"]
    ),
).map(" ".join)


def told_by(meant: Timetable) -> tuple[list[int], list[int]]:
    """How often each day of a year, and when exactly where the clocks change."""
    counts = [meant.count(at, at + DAY) for at in range(START, START + 365 * DAY, DAY)]
    exactly = [
        fire
        for change in (SPRING, AUTUMN)
        for fire in fires(meant, change - DAY, change + DAY)
    ]
    return counts, exactly


@given(SIMPLE | EXPRESSIONS)
def test_short_words_say_exactly_when(expression: str) -> None:
    cron = Cron(expression, ZONE)
    words = describe(cron)
    meant = read_back(words)
    if meant is None:
        assert words == expression
        return
    assert len(words) <= 17
    assert told_by(meant) == told_by(timetable(cron))


@given(EXPRESSIONS)
def test_every_expression_has_a_sentence(expression: str) -> None:
    told = sentence(Cron(expression, ZONE))
    assert told[0].isupper()
    assert told != expression
