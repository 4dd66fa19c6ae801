from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.jobconsole.cli.program import call

if TYPE_CHECKING:
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


def test_a_time_needs_its_offset(nightly: Path) -> None:
    done = call(nightly, "next", "nightly", "--from", "2026-03-28T00:00:00")

    assert done.code == 2
    assert "no UTC offset" in done.err
