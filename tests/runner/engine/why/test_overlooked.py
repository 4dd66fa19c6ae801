"""Occurrences that are due and nobody has looked at, and looks that are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.account import Explanation, Verdict
from runner.store import ticks
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from pathlib import Path

START = at("2020-01-01 05:38")
SIX = at("2020-01-01 06:00")
MINUTE, HOUR = 60, 3_600
JOBS: dict[str, object] = {"a": {"when": {"every": HOUR}}}
INFERRED = " (inferred from its clocks)"


def why(it: Still) -> Explanation:
    return api.why(it.project, "a", SIX)


def facts(found: Explanation) -> dict[str, str]:
    return dict(found.facts)


@pytest.mark.parametrize(
    ("asleep", "awake", "words"),
    [
        (0, 23, "no tick has come since 05:38 although the machine was awake"),
        (23, 1, "the machine slept for 23m since 05:38, and nobody has looked"),
        (20, 20, "since 05:38 the machine slept for 20m and was awake for 20m without a tick"),
    ],
)  # fmt: skip
def test_due_and_overlooked(
    tmp_path: Path, asleep: int, awake: int, words: str
) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.clock.suspend(asleep * MINUTE * 1000)
        it.clock.advance(awake * MINUTE * 1000)
        found = why(it)
    assert found.verdict is Verdict.UNDECIDED
    assert found.answer == f"It is due, and {words}{INFERRED}."
    assert facts(found)["first look after"] == "none yet"


def test_due_since_it_was_started(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.reboot(30 * MINUTE)
        found = why(it)
    assert found.answer == (
        "It is due, and the machine went off some time after 05:38 and was started at"
        f" 06:08, and no tick has come since{INFERRED}."
    )


def test_due_and_the_next_tick_is_to_come(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, SIX - 60) as it:
        it.clock.advance(90_000)
        found = why(it)
    assert found.answer == (
        "It is due, and nobody has looked since 05:59; the next tick is to come by 06:04."
    )
    assert found.gap is None


def test_ticks_that_are_not_kept_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticks, "_KEPT", 2)
    with still(tmp_path, JOBS, START) as it:
        it.clock.suspend(HOUR * 1000)
        it.tick()
        it.run_all()
        for _ in range(5):
            it.clock.advance(300_000)
            it.tick()
        found = why(it)
    assert found.answer.endswith(
        ": who looked then is not kept any more"
        " (looks are from Wed 2020-01-01 06:58 +00:00 on)."
    )
    assert facts(found)["last look before"] == "not kept"


def test_nobody_ever_looked(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        it.project.index.execute("DELETE FROM ticks")
        it.clock.advance(HOUR * 1000)
        never = why(it)
        it.tick()
        it.run_all()
        first = why(it)
    assert never.answer == "It is due, and nobody has ever looked."
    assert first.answer.endswith(": nobody looked before 06:38.")
