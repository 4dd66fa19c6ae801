from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobconsole.shown.why import why_fields
from runner.model.account import Explanation, Fact, NextFire, Verdict
from runner.model.occurrence import Reason
from tests.helpers.views import NOW, text_of


def fields(**changes: Any) -> list[tuple[str, str]]:
    known = Explanation(
        job_id="feed",
        zone="UTC",
        now=NOW,
        asked=None,
        instant=NOW - 3600,
        verdict=Verdict.RAN,
        answer="It ran.",
        facts=(Fact("actor", "ann"),),
        hint="",
        run=None,
        fires=(),
    )
    return [
        (name, text_of(value) if value else "")
        for name, value in why_fields(replace(known, **changes))
    ]


def test_the_answer_and_what_it_is_based_on() -> None:
    assert fields() == [
        ("verdict", "ran"),
        ("answer", "It ran."),
        ("hint", ""),
        ("actor", "ann"),
    ]


def test_the_fires_to_come_with_their_obstacles() -> None:
    fires = (NextFire(NOW + 3600, 0, None), NextFire(NOW + 7200, 0, Reason.PAUSED))
    assert fields(fires=fires)[-2:] == [
        ("next fires", "Fri 2026-11-20 06:00 +00:00, in 1h"),
        ("", "Fri 2026-11-20 07:00 +00:00, in 2h, will not run: paused"),
    ]


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_in_words(verdict: Verdict) -> None:
    assert "_" not in fields(verdict=verdict)[0][1]
