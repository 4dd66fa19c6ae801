from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobconsole.parts.masthead import _tick, _totals
from jobconsole.standing import Ailment, Standing, Trouble
from runner.model.snapshot import Snapshot, TickView, Totals
from tests.helpers.views import ATTENDANCE, NOW, text_of

if TYPE_CHECKING:
    from widgets.pieces import Piece


def snapshot(tick: TickView | None) -> Snapshot:
    return Snapshot(jobs=(), totals=Totals(), tick=tick, zone="UTC")


def tick_of(tick: TickView | None, standing: Standing | None = None) -> Piece:
    return _tick(snapshot(tick), standing, NOW)


def test_tells_when_somebody_ticked_last() -> None:
    assert tick_of(None).text == "no tick yet"
    twelve = TickView((NOW - 12) * 1000, "launchd", NOW)
    assert tick_of(twelve).text == "tick 12s ago (launchd)"
    unknown = TickView((NOW - 12) * 1000, "", NOW)
    assert tick_of(unknown).text == "tick 12s ago"


def test_a_tick_that_is_missing_is_told() -> None:
    just = TickView((NOW - 600) * 1000, "", NOW)
    late = TickView((NOW - 600) * 1000, "", NOW - 1)
    assert "overdue" not in tick_of(just).text
    assert tick_of(late).text.endswith(", overdue")
    assert tick_of(late).style == "bad"


@pytest.mark.parametrize("fatal", [True, False])
def test_what_is_wrong_with_the_driver_comes_first(fatal: bool) -> None:
    trouble = Trouble(Ailment.NONE, "no driver is installed", "", fatal=fatal)
    standing = Standing([], ATTENDANCE, [trouble])
    tick = TickView((NOW - 12) * 1000, "", NOW)
    said = tick_of(tick, standing).text
    assert said == ("! no driver is installed (see 5)" if fatal else "tick 12s ago")


def test_counts_in_words_or_in_marks() -> None:
    totals = Totals(3, 1, 2, 0, 1.84)
    words = text_of(tuple(_totals(totals, brief=False, ascii_only=False)))
    assert words.split("  ")[1:] == [
        "3 running",
        "1 waiting",
        "2 failed",
        "0 held",
        "$1.84 today",
    ]
    marks = text_of(tuple(_totals(totals, brief=True, ascii_only=False)))
    assert marks.split() == ["▶3", "…1", "✗2", "‖0", "$1.84"]
    plain = text_of(tuple(_totals(totals, brief=True, ascii_only=True)))
    assert plain.split() == [">3", "~1", "x2", "=0", "$1.84"]


def test_what_costs_nothing_says_nothing() -> None:
    assert "$" not in text_of(tuple(_totals(Totals(), brief=False, ascii_only=False)))
    styles = {it.style for it in _totals(Totals(), brief=False, ascii_only=False)}
    assert styles == {"faint"}
