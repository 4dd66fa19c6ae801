"""Instants at which a schedule has nothing, and which part of it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.why.named_instant import resolve
from runner.model.account import Explanation, Verdict
from runner.model.instants import parse_ms
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from pathlib import Path

START = at("2020-01-01 00:00")
HOUR = 3600


def why(it: Still, instant: int) -> Explanation:
    return api.why(it.project, "a", instant)


@pytest.mark.parametrize(
    ("when", "instant", "words"),
    [
        ({"cron": "0,30 6 * * *"}, "2020-01-01 06:15", "06:15 is not, the minute field is 0,30"),
        ({"cron": "0 6 * * *"}, "2020-01-01 07:05", "the minute field is 0 and the hour field is 6"),
        ({"cron": "0 6 * * *"}, "2020-01-01 06:00:30", "within a minute"),
        ({"cron": "0 6 * 2 *"}, "2020-01-01 06:00", "the month field is 2"),
        ({"cron": "0 6 * * mon"}, "2020-01-01 06:00", "Wed 2020-01-01 06:00 is not, the day of week field is mon"),
        ({"cron": "0 6 13 * fri"}, "2020-01-01 06:00", "the day of month field is 13 and the day of week field is fri"),
        ({"cron": "@daily"}, "2020-01-01 06:00", "the hour field is 0"),
        ({"at": ["06:00", "18:00"]}, "2020-01-01 07:00", "07:00 is none of its times of day (06:00, 18:00)"),
        ({"at": ["06:00"], "weekdays": ["mon"]}, "2020-01-01 06:00", "wed is none of its weekdays (mon)"),
        ({"every": HOUR}, "2020-01-01 06:15", "every 1h is counted from 1970-01-01"),
        ({"once": "2020-01-01T05:00+01:00"}, "2020-01-01 06:00", "its only instant is Wed 2020-01-01 04:00"),
    ],
)  # fmt: skip
def test_no_fire_says_what_refuses(
    tmp_path: Path, when: dict[str, object], instant: str, words: str
) -> None:
    with still(tmp_path, {"a": {"when": when}}, START) as it:
        found = why(it, parse_ms(f"{instant}+00:00") // 1000)
    assert found.verdict is Verdict.NOT_A_FIRE
    assert words in found.answer


def test_no_fire_names_the_nearest(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"cron": "0,30 6 * * *"}}}, START) as it:
        found = why(it, at("2020-01-01 06:20"))
    assert found.answer.endswith("the nearest fires are 06:00 and 06:30.")


@pytest.mark.parametrize(
    ("cron", "instant", "verdict", "words"),
    [
        # In the gap: a fixed time fires at its end, a wildcard one does not.
        (("Europe/Berlin", "30 2 * * *"), "2026-03-29T03:00+02:00", Verdict.COMING, "stands in for 02:30"),
        (("Europe/Berlin", "*/30 2 * * *"), "2026-03-29T03:00+02:00", Verdict.NOT_A_FIRE, "forward from 02:00 to 03:00"),
        (("America/New_York", "30 2 * * *"), "2026-03-08T03:00-04:00", Verdict.COMING, "stands in for 02:30"),
        (("Australia/Lord_Howe", "15 2 * * *"), "2026-10-04T02:30+11:00", Verdict.COMING, "stands in for 02:15"),
        # In the hour that is shown twice.
        (("Europe/Berlin", "30 2 * * *"), "2026-10-25T02:30+02:00", Verdict.COMING, "first time"),
        (("Europe/Berlin", "30 2 * * *"), "2026-10-25T02:30+01:00", Verdict.NOT_A_FIRE, "second time"),
        (("Europe/Berlin", "*/30 2 * * *"), "2026-10-25T02:30+01:00", Verdict.COMING, "second time"),
        (("America/New_York", "30 1 * * *"), "2026-11-01T01:30-05:00", Verdict.NOT_A_FIRE, "second time"),
        (("Australia/Lord_Howe", "45 1 * * *"), "2026-04-05T01:45+10:30", Verdict.NOT_A_FIRE, "second time"),
    ],
)  # fmt: skip
def test_days_on_which_clocks_change(
    tmp_path: Path, cron: tuple[str, str], instant: str, verdict: Verdict, words: str
) -> None:
    zone, expression = cron
    job = {"when": {"cron": expression, "timezone": zone}}
    with still(tmp_path, {"a": job}, START) as it:
        found = why(it, parse_ms(instant) // 1000)
    assert found.verdict is verdict
    assert any(words in text for _, text in found.facts)


@pytest.mark.parametrize(
    ("keys", "instant", "words"),
    [
        ({"schedule": "weekly", "preferred_weekday": 0}, "2020-01-08 12:00", "wed is not its preferred_weekday (mon)"),
        ({"schedule": "monthly", "preferred_day": 31}, "2020-02-28 12:00", "day 28 is not its preferred_day (31)"),
        ({"schedule": "daily", "preferred_hour": 9}, "2020-01-03 08:59", "08:59 is before its preferred_hour (9)"),
        ({"schedule": "daily", "preferred_hour": 9}, "2020-01-03 09:01", "falls due once, when enough time has passed"),
        ({"schedule": "hourly"}, "2020-01-03 09:01", "hourly falls due once"),
        ({"when": {"cron": "0 6 * * *"}}, "2020-01-03 06:00:01", "06:00:01 is within a minute"),
        ({"when": {"at": ["06:00"]}}, "2020-01-03 06:00:59", "06:00:59 is within a minute"),
        ({"when": {"every": 3600, "offset": 60}}, "2020-01-03 06:00", "every 1h+1m is counted from 1970"),
        ({"when": {"once": "2020-01-02T00:00Z"}}, "2020-01-02 00:00:01", "its only instant is Thu 2020-01-02 00:00"),
        ({"when": {"once": "2020-01-02T00:00Z"}}, "9997-12-31 23:59", "its only instant is Thu 2020-01-02 00:00"),
        ({"when": {"cron": "0 6 29 2 *"}}, "9997-03-01 06:00", "the day of month field is 29 and the month field is 2"),
        ({"when": {"cron": "0 6 * * *"}}, "1900-01-01 06:01", "the minute field is 0"),
    ],
)  # fmt: skip
def test_what_says_no(
    tmp_path: Path, keys: dict[str, object], instant: str, words: str
) -> None:
    with still(tmp_path, {"a": keys}, START) as it:
        found = why(it, at(instant))
    assert found.verdict is Verdict.NOT_A_FIRE
    assert words in found.answer


@pytest.mark.parametrize("instant", ["9997-12-31 06:00", "1900-06-01 06:00"])
def test_as_far_as_schedules_go(tmp_path: Path, instant: str) -> None:
    jobs = {"a": {"when": {"cron": "0 6 * * *", "timezone": "Pacific/Auckland"}}}
    with still(tmp_path, jobs, START) as it:
        found = why(it, resolve(instant, "Pacific/Auckland", START).instant)
    assert found.verdict in {Verdict.COMING, Verdict.BEFORE_HISTORY}
