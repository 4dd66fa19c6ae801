from __future__ import annotations

from jobconsole.parts.masthead import _tick, _totals
from runner.model.snapshot import Snapshot, TickView, Totals
from tests.helpers.views import NOW, text_of


def snapshot(tick: TickView | None) -> Snapshot:
    return Snapshot(jobs=(), totals=Totals(), tick=tick, zone="UTC")


def test_tells_when_somebody_ticked_last() -> None:
    assert _tick(snapshot(None), NOW).text == "no tick yet"
    twelve = TickView((NOW - 12) * 1000, "launchd", NOW)
    assert _tick(snapshot(twelve), NOW).text == "tick 12s ago (launchd)"
    unknown = TickView((NOW - 12) * 1000, "", NOW)
    assert _tick(snapshot(unknown), NOW).text == "tick 12s ago"


def test_a_tick_that_is_missing_is_told() -> None:
    just = TickView((NOW - 600) * 1000, "", NOW)
    late = TickView((NOW - 600) * 1000, "", NOW - 1)
    assert "overdue" not in _tick(snapshot(just), NOW).text
    assert _tick(snapshot(late), NOW).text.endswith(", overdue")
    assert _tick(snapshot(late), NOW).style == "bad"


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
