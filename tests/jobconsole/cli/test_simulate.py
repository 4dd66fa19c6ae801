from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.jobconsole.cli.program import TERMINAL, call

if TYPE_CHECKING:
    from pathlib import Path

    from tests.jobconsole.cli.program import Called

SPRING = "2026-03-29T00:00:00+01:00"
DOWN = "2026-03-29T03:10:00+02:00/2026-03-29T05:30:00+02:00"


@pytest.fixture
def nightly(tmp_path: Path) -> Path:
    (tmp_path / "teleclaude.yml").write_text(
        "timezone: Europe/Amsterdam\njobs:\n"
        "  nightly: {command: ['true'], when: {cron: '30 2 * * *'}}\n"
        "  hourly: {command: ['true'], when: {every: 1h}, catch_up: none}\n"
        "  never: {command: ['true'], enabled: false, when: {at: '04:00'}}\n"
    )
    return tmp_path


def simulate(folder: Path, *words: str, start: str = SPRING) -> Called:
    return call(folder, "simulate", "--from", start, *words)


def documents(called: Called) -> list[Any]:
    return [json.loads(line) for line in called.out.splitlines()]


def test_every_event_is_a_line_and_the_last_sums_up(nightly: Path) -> None:
    words = ("--for", "6h", "--down", DOWN)
    *events, last = documents(simulate(nightly, *words, "--json"))

    assert events[2] == {
        "at": "2026-03-29T01:00:00.000Z",
        "job": "hourly",
        "what": "runs",
        "first": "2026-03-29T03:00:00+02:00",
        "last": "2026-03-29T03:00:00+02:00",
        "count": 1,
        "reason": None,
        "trigger": "schedule",
        "waited_ms": 0,
        "ends_at": None,
        "overlaps_until": None,
        "note": "",
    }
    assert [
        (it["at"][11:16], it["job"], it["what"], it["reason"]) for it in events
    ] == [
        ("23:00", "hourly", "runs", None),
        ("00:00", "hourly", "runs", None),
        ("01:00", "hourly", "runs", None),
        ("01:00", "nightly", "runs", None),
        ("03:30", "hourly", "declined", "missed"),
        ("03:30", "never", "declined", "disabled"),
        ("04:00", "hourly", "runs", None),
    ]
    assert last == {
        "schema": 1,
        "from": "2026-03-28T23:00:00Z",
        "to": "2026-03-29T05:00:00Z",
        "fires": 8,
        "runs": 5,
        "catch_ups": 0,
        "waited": 0,
        "waiting": 0,
        "overlaps": 0,
        "unknown_durations": 5,
        "declined": {"disabled": 1, "missed": 2},
        "left_out": 0,
    }


def test_for_people(nightly: Path) -> None:
    lines = simulate(nightly, "--for", "6h", "--down", DOWN).out.splitlines()

    assert lines[3] == (
        "▶ Sun 2026-03-29 03:00 +02:00     nightly  runs, duration unknown,"
        " stands in for 02:30, which the clock leaves out"
    )
    assert lines[4] == (
        "○ Sun 2026-03-29 05:30 +02:00     hourly   does not run: missed,"
        " for Sun 2026-03-29 04:00 +02:00, 2 times until Sun 2026-03-29 05:00 +02:00"
    )
    assert lines[-1] == (
        "fires 8: runs 5 (duration unknown 5), declined 3 (disabled 1, missed 2)"
    )


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_the_same_question_has_the_same_answer(
    nightly: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    first = simulate(nightly, *words)
    other = tmp_path / "elsewhere"
    other.mkdir()
    config = (nightly / "teleclaude.yml").read_text()
    (other / "teleclaude.yml").write_text(config)

    assert simulate(nightly, *words).out == first.out
    assert simulate(other, *words).out == first.out


def test_of_one_job(nightly: Path) -> None:
    found = documents(simulate(nightly, "--job", "Nightly", "--for", "3d", "--json"))

    assert {it["job"] for it in found[:-1]} == {"nightly"}
    assert found[-1]["fires"] == 3


def test_times_are_the_projects(nightly: Path) -> None:
    words = ("--for", "6h", "--down", "03:10/05:30")
    asked = simulate(nightly, *words, start="2026-03-29")

    assert asked.out == simulate(nightly, "--for", "6h", "--down", DOWN).out
    over_midnight = ("--for", "2d", "--down", "03:10/02:00", "--json")
    *_, last = documents(simulate(nightly, *over_midnight, start="2026-03-29"))
    assert last["declined"]["missed"] == 22


def test_from_now_on(nightly: Path) -> None:
    *_, last = documents(call(nightly, "simulate", "--json"))

    assert last["fires"] == 24 + 1 + 1


def test_nothing_falls_due(nightly: Path) -> None:
    done = simulate(nightly, "--for", "30m", start="2026-06-01T03:10:00Z")

    assert done.out == "nothing falls due\n"


def test_marks_in_ascii(nightly: Path) -> None:
    done = call(nightly, "simulate", "--ascii", terminal=TERMINAL)

    assert done.out.isascii()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "rubbish"), "rubbish is no time: write 06:00, 2026-11-20 06:00 or"),
        (("--from", "9999-12-31T23:59Z"), "years go from 1900 to 9997"),
        (("--from", "0001-01-01T00:00Z"), "years go from 1900 to 9997"),
        (("--from", "9950-01-01", "--for", "36500d"), "end after the year 9997"),
        (("--down", "x/07:30"), "x is no time: write"),
        (("--for", "0"), "is not at least a second"),
        (("--for", "soon"), "soon"),
        (("--down", SPRING), "is not FROM/TO"),
        (("--down", f"{SPRING}/{SPRING}"), "its end is not after its beginning"),
    ],
)
def test_what_cannot_be_asked(nightly: Path, words: tuple[str, ...], said: str) -> None:
    done = call(nightly, "simulate", *words)

    assert done.code == 2
    assert said in done.err


def test_a_job_that_there_is_not(nightly: Path) -> None:
    done = simulate(nightly, "--job", "nigthly")

    assert done.code == 4
    assert "nightly" in done.err
