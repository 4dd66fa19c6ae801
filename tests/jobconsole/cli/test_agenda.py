from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from runner.process.clock import SystemClock
from tests.jobconsole.cli.program import call

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.fixture
def nightly(tmp_path: Path) -> Path:
    (tmp_path / "teleclaude.yml").write_text(
        "timezone: Europe/Amsterdam\njobs:\n"
        "  nightly: {command: ['true'], when: {cron: '*/30 2 * * *'}}\n"
        "  never: {command: ['true'], enabled: false, when: {every: 1h}}\n"
        "  by_hand: {command: ['true']}\n"
    )
    return tmp_path


def test_fires_carry_their_offset(nightly: Path) -> None:
    words = ("next", "nightly", "--from", "2026-03-28T00:00:00Z", "--count", "3")

    assert call(nightly, *words, "--json").json() == {
        "schema": 1,
        "job": "nightly",
        "fires": [
            "2026-03-28T02:00:00+01:00",
            "2026-03-28T02:30:00+01:00",
            "2026-03-30T02:00:00+02:00",
        ],
        "skipped": [],
    }


def test_the_offset_says_which_pass_of_a_repeated_hour_is_meant(nightly: Path) -> None:
    def first_after(text: str) -> object:
        done = call(nightly, "next", "nightly", "--from", text, "--count=1", "--json")
        found = done.json()
        assert isinstance(found, dict)
        return found["fires"]

    assert first_after("2026-10-25T02:00:00+02:00") == ["2026-10-25T02:30:00+02:00"]
    assert first_after("2026-10-25T02:30:00+02:00") == ["2026-10-25T02:00:00+01:00"]


def test_of_all_jobs_those_that_will_run(nightly: Path) -> None:
    found = call(nightly, "next", "--json").json()

    assert isinstance(found, list)
    assert [each["job"] for each in found] == ["nightly"]


def test_for_people(nightly: Path) -> None:
    done = call(nightly, "next", "nightly", "--from", "2026-03-28T00:00:00Z")

    assert done.out.splitlines()[1].startswith("Sat 2026-03-28 02:00 +01:00")
    assert len(done.out.splitlines()) == 6


def test_one_that_will_not_run_says_so(nightly: Path) -> None:
    assert "never is disabled" in call(nightly, "next", "never").err
    assert "no time to come" in call(nightly, "next", "by_hand").err


def test_a_time_without_its_offset_is_the_jobs(nightly: Path) -> None:
    done = call(nightly, "next", "nightly", "--from", "2026-10-25 02:00", "--count=2")

    assert "shows 2026-10-25 02:00 twice: taken as" in done.err
    assert "Sun 2026-10-25 02:30 +02:00" in done.out


def test_a_skip_is_marked_and_a_pause_said(nightly: Path) -> None:
    call(nightly, "skip", "nightly")
    found = call(nightly, "next", "nightly", "--json").json()
    assert isinstance(found, dict)
    (skipped,) = found["skipped"]
    assert skipped not in found["fires"]
    assert "skipped" in call(nightly, "next").out

    call(nightly, "pause", "nightly")
    assert "nightly is paused" in call(nightly, "next", "nightly").err
    assert "nightly" not in call(nightly, "next").out


def agenda(folder: Path, *words: str) -> Mapping[str, Any]:
    found = call(folder, "agenda", *words, "--json").json()
    assert isinstance(found, dict)
    return found


GAP = ("--from", "2030-03-30T23:00:00Z", "--to", "2030-03-31T23:00:00Z")


def test_the_agenda_for_programs(nightly: Path) -> None:
    found = agenda(nightly, *GAP)

    assert (found["schema"], found["from"]) == (1, "2030-03-30T23:00:00Z")
    assert [(each["job"], each["obstacle"]) for each in found["coming"]] == [
        ("never", "disabled")
    ] * 24
    assert found["clock_changes"] == [
        {
            "timezone": "Europe/Amsterdam",
            "at": "2030-03-31T01:00:00Z",
            "effect": "lost",
            "wall": "02:00",
            "count": 2,
            "jobs": ["nightly"],
        }
    ]


def test_the_agenda_for_people(nightly: Path) -> None:
    lines = call(nightly, "agenda", *GAP).out.splitlines()

    assert len(lines) == 26
    assert "will not run: disabled" in lines[1]
    assert lines[-1] == (
        "! Sun 2030-03-31 03:00 +02:00, Europe/Amsterdam goes from 02:00 to 03:00:"
        " nightly: the clock leaves out 02:00 and 1 more times: it does not run"
    )


def test_what_gets_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "teleclaude.yml").write_text(
        "timezone: UTC\nconcurrency: {default: 1}\njobs:\n"
        "  a: {command: ['true'], when: {every: 1m}}\n"
        "  b: {command: ['true'], when: {every: 1m}}\n"
    )
    done = call(tmp_path, "agenda")

    # A minute may begin between the reading of the file and the question.
    assert re.search("every 1m, 14(39|40) times", done.out)
    assert "2 jobs of pool default are due, which runs 1 at once: a, b" in done.out


def test_the_past(nightly: Path) -> None:
    call(nightly, "run", "by_hand")
    found = agenda(nightly, "--past")

    assert found["coming"] == []
    (past,) = found["past"]
    assert (past["job"], past["status"], past["trigger"]) == (
        "by_hand",
        "succeeded",
        "manual",
    )
    assert "succeeded" in call(nightly, "agenda", "--past").out


@pytest.mark.parametrize(
    ("words", "days_from_now"),
    [
        (("--from", "06:00", "--to", "06:00"), (0, 2)),
        (("--to", "06:00"), (0, 1)),
        (("--past", "--from", "06:00", "--to", "05:00"), (-1, 1)),
        (("--past", "--to", "06:00"), (-2, 0)),
    ],
)
def test_a_time_of_day_is_the_next_and_in_the_past_the_latest(
    nightly: Path, words: tuple[str, ...], days_from_now: tuple[int, int]
) -> None:
    found = agenda(nightly, *words)

    now = datetime.fromtimestamp(SystemClock().wall_ms() / 1000, UTC)
    low, high = (now + timedelta(days=days) for days in days_from_now)
    start, end = (datetime.fromisoformat(found[name]) for name in ("from", "to"))
    slack = timedelta(hours=2)  # some days have an hour more
    assert low - slack <= start < end <= high + slack
    local = end.astimezone(ZoneInfo("Europe/Amsterdam"))
    assert f"{local:%H:%M}" == words[-1]


def test_an_empty_agenda(tmp_path: Path) -> None:
    (tmp_path / "teleclaude.yml").write_text("jobs: {}")

    assert "nothing in that time" in call(tmp_path, "agenda").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2030-01-02", "--to", "2030-01-01"), "end is not after the begin"),
        (("--to", "5m"), "5m is no time: write 06:00, 2026-11-20 06:00 or"),
        (("--from", "9999-01-01"), "years go from 1900 to 9997"),
    ],
)
def test_a_wrong_window(nightly: Path, words: tuple[str, ...], said: str) -> None:
    done = call(nightly, "agenda", *words)

    assert done.code == 2
    assert said in done.err
