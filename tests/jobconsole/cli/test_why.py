from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobconsole.cli.why import document
from runner import api
from tests.helpers.still import at, still
from tests.jobconsole.cli.program import TERMINAL, call

if TYPE_CHECKING:
    from pathlib import Path

START = at("2020-01-01 00:00")


@pytest.fixture
def nightly(tmp_path: Path) -> Path:
    (tmp_path / "teleclaude.yml").write_text(
        "timezone: Europe/Berlin\njobs:\n"
        "  nightly: {command: ['true'], when: {cron: '30 2 * * *'}}\n"
        "  by_hand: {command: ['true']}\n"
    )
    return tmp_path


def test_for_programs(nightly: Path) -> None:
    found = call(nightly, "why", "nightly", "--at", "2030-03-31 03:30", "--json").json()

    assert isinstance(found, dict)
    assert found["schema"] == 1
    assert (found["job"], found["timezone"]) == ("nightly", "Europe/Berlin")
    assert found["instant"] == "2030-03-31T03:30:00+02:00"
    assert found["verdict"] == "not_a_fire"
    assert found["run"] is None
    assert len(found["fires"]) == 5
    assert set(found["fires"][0]) == {"at", "obstacle"}
    assert {"name", "text"} == set(found["facts"][0])


def test_why_nobody_looked_for_programs(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": 3600}}}, START) as it:
        it.clock.suspend(5_400_000)
        it.tick()
        it.run_all()
        found = api.why(it.project, "a", START + 3600)
    told = document(found)
    assert isinstance(told, dict)
    assert told["gap"] == {
        "since": "2020-01-01T00:00:00.000Z",
        "until": "2020-01-01T01:30:00.000Z",
        "cause": "asleep",
        "asleep_ms": 5_400_000,
        "uncalled_ms": 0,
        "booted": None,
        "inferred": True,
    }


def test_no_gap_for_programs(nightly: Path) -> None:
    found = call(nightly, "why", "nightly", "--json").json()

    assert isinstance(found, dict)
    assert found["gap"] is None


def test_for_people(nightly: Path) -> None:
    done = call(nightly, "why", "nightly", "--at", "2030-06-01 02:30")

    first, *more = done.out.splitlines()
    assert "nightly: It is to come, in " in first
    assert any(line.split()[:2] == ["instant", "Sat"] for line in more)
    assert sum("02:30 +0" in line for line in more) == 6


def test_a_time_that_the_clock_leaves_out_says_how_it_is_taken(nightly: Path) -> None:
    done = call(nightly, "why", "nightly", "--at", "2030-03-31 02:30")

    assert "the clock leaves out 2030-03-31 02:30" in done.err
    assert "Sun 2030-03-31 03:00 +02:00" in done.err
    assert "stands in for 02:30" in done.out


def test_colour_is_for_terminals(nightly: Path) -> None:
    assert "\x1b[" in call(nightly, "why", "nightly", terminal=TERMINAL).out
    assert "\x1b[" not in call(nightly, "why", "nightly").out


def test_what_is_no_time(nightly: Path) -> None:
    done = call(nightly, "why", "nightly", "--at", "noon")

    assert done.code == 2
    assert "noon is no time: write 06:00" in done.err


def test_a_job_that_is_not_there(nightly: Path) -> None:
    done = call(nightly, "why", "nightlx")

    assert done.code == 4
    assert "nightly" in done.err


def test_a_job_without_a_schedule(nightly: Path) -> None:
    done = call(nightly, "why", "by_hand")

    assert "it runs when somebody asks" in done.out
    assert "jobconsole run by_hand" in done.out
