"""Calendars of systemd, held against systemd itself where it is there."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobconsole.imports.grid import joined, when_of
from jobconsole.imports.on_calendar import InexpressibleError, read_calendar
from jobconsole.imports.proposal import When
from runner.model.schedule import WEEKDAYS, At, Cron
from runner.process.brief import Patience, run_briefly
from runner.schedule import fires, timetable

BASE = "2026-11-20 13:07:00 UTC"
START = int(datetime(2026, 11, 20, 13, 7, tzinfo=UTC).timestamp())
FIRES = 12
ANALYZE = shutil.which("systemd-analyze")

needs_systemd = pytest.mark.skipif(
    ANALYZE is None, reason="systemd-analyze is not here to be asked"
)


def when(expression: str) -> When:
    calendar = read_calendar(expression)
    return when_of(calendar.grid, calendar.zone or "UTC")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("daily", When(at="00:00", timezone="UTC")),
        ("hourly", When(cron="0 * * * *", timezone="UTC")),
        ("minutely", When(cron="* * * * *", timezone="UTC")),
        ("weekly", When(at="00:00", weekdays=("mon",), timezone="UTC")),
        ("quarterly", When(cron="0 0 1 1-10/3 *", timezone="UTC")),
        ("*:0/15", When(cron="*/15 * * * *", timezone="UTC")),
        (
            "Mon..Fri 09:00 Europe/Amsterdam",
            When(
                at="09:00",
                weekdays=("mon", "tue", "wed", "thu", "fri"),
                timezone="Europe/Amsterdam",
            ),
        ),
        (
            "Sat,Sun 8,20:30",
            When(at=("08:30", "20:30"), weekdays=("sat", "sun"), timezone="UTC"),
        ),
        ("9..17:00/30 utc", When(cron="0,30 9-17 * * *", timezone="UTC")),
        ("*-*-1,15 4:05:00", When(cron="5 4 1,15 * *", timezone="UTC")),
    ],
)
def test_what_can_be_said(expression: str, expected: When) -> None:
    assert when(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "2026-12-24 18:00",
        "*-*~1",
        "*:*:0/10",
        "12:00:30",
        "Mon *-*-1..7 04:00",
        "Sat..Mon 1:00",
        "someday",
        "10",
        "*:*/15",
        "25:00",
        "0/0:00",
        "17/10:26",
        "*-5/12-* 00:00",
        "0,20/5:00",
        "12:00 12:00",
        "@1700000000",
    ],
)
def test_what_cannot_be_said(expression: str) -> None:
    with pytest.raises(InexpressibleError):
        read_calendar(expression)


@needs_systemd
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_the_usual_ones_fire_as_in_systemd(zone: str) -> None:
    expressions = [
        *("minutely", "hourly", "daily", "monthly", "weekly", "yearly", "quarterly"),
        *("semiannually", "*:0/15", "*:07/20", "0/6:30", "8..18/2:0,30", "Sun 3:10"),
        *("Mon..Fri 09:00", "Tue,Thu,Sat 6,18:45", "wednesday", "Mon-Wed 1:1", "Mon,"),
        *(
            "*-*-1",
            "*-*-1,15 12:00",
            "*-1..6-10 3:00",
            "*-*-5..10/2",
            "06-01",
            "Mon..Sun",
        ),
        *("*-*-31 23:59", "*-02-29 00:00", "*:5,10..20/5", "Mon *-2-* 4:00"),
    ]
    _same_fires([f"{expression} {zone}" for expression in expressions])


def numbers(low: int, high: int, width: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high).map(lambda it: f"{it:0{width}}")
    two = st.lists(st.integers(low, high), min_size=2, max_size=2, unique=True).map(
        sorted
    )
    item = st.one_of(
        number,
        two.map(lambda it: f"{it[0]}..{it[1]}"),
        two.map(lambda it: f"{it[0]}/{it[1] - it[0]}"),
        two.map(lambda it: f"{low}..{it[1]}/{max(it[1] - it[0] - low, 1)}"),
    )
    return st.one_of(st.just("*"), st.lists(item, min_size=1, max_size=3).map(",".join))


days = st.sampled_from(["Mon", "Tue..Thu", "Sat,Sun", "Mon,Wed..Fri", "sunday"])
times = st.builds("{}:{}".format, numbers(0, 23, 2), numbers(0, 59, 2))
dates = st.builds("*-{}-{}".format, numbers(1, 12, 1), numbers(1, 28, 1))
calendars = st.one_of(
    times,
    dates,
    st.builds("{} {}".format, days, times),
    st.builds("{} {}".format, dates, times),
)


@needs_systemd
@settings(max_examples=12)
@given(expressions=st.lists(calendars, min_size=8, max_size=8))
def test_any_fires_as_in_systemd(expressions: list[str]) -> None:
    _same_fires([f"{expression} UTC" for expression in expressions])


def test_several_that_are_one() -> None:
    grids = [read_calendar(it).grid for it in ("Mon 9:00", "Mon 17:00", "Fri 9,17:00")]

    whole = joined(grids)

    assert whole is not None
    assert when_of(whole, "UTC") == When(
        at=("09:00", "17:00"), weekdays=("mon", "fri"), timezone="UTC"
    )


@pytest.mark.parametrize(
    "others", [["1:00", "2:30"], ["Mon 1:00", "2:00"], ["*:00", "*-*-1"]]
)
def test_several_that_are_not(others: list[str]) -> None:
    assert joined([read_calendar(it).grid for it in others]) is None


def _same_fires(expressions: list[str]) -> None:
    theirs = _fires_of_systemd(expressions)
    assert len(theirs) == len(expressions)
    for expression, expected in zip(expressions, theirs, strict=True):
        said = when(expression)
        ours = islice(fires(timetable(_schedule(said)), START), len(expected))
        assert list(ours) == expected, expression
        assert expected, expression


def _fires_of_systemd(expressions: list[str]) -> list[list[int]]:
    assert ANALYZE is not None
    asked = run_briefly(
        (
            ANALYZE,
            "calendar",
            f"--iterations={FIRES}",
            f"--base-time={BASE}",
            *expressions,
        ),
        cwd=Path("/"),
        environment={"TZ": "UTC", "LC_ALL": "C", "PATH": os.defpath},
        within=Patience(20_000),
        most_bytes=1_000_000,
    )
    assert asked.exit_code == 0, asked.output
    blocks = re.split(r"\n\s*\n", asked.output.strip())
    stamp = re.compile(r"(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC")
    return [
        [
            int(datetime.fromisoformat(f"{found}+00:00").timestamp())
            for found in stamp.findall(block)
        ]
        for block in blocks
    ]


def _schedule(said: When) -> Cron | At:
    zone = said.timezone or "UTC"
    if said.cron is not None:
        return Cron(said.cron, zone)
    texts = (said.at,) if isinstance(said.at, str) else said.at or ()
    times = tuple((int(text[:2]), int(text[3:])) for text in texts)
    return At(times, zone, tuple(map(WEEKDAYS.index, said.weekdays)))
