from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobconsole.shown.agenda import (
    COLUMNS,
    Now,
    agenda_row,
    clock,
    entry_key,
    hours,
    notes,
)
from runner.model.agenda import (
    Agenda,
    ClockNote,
    Collision,
    Coming,
    Effect,
    Overrun,
    Past,
)
from runner.model.occurrence import Reason
from runner.model.run import RunStatus, Trigger
from tests.helpers.views import NOW, RUN_ID, page_of, text_of

HOUR = 3600
COMING = Coming(NOW + HOUR, NOW + HOUR, 1, "feed", "UTC", 0, "06:00")
PAST = Past(
    NOW - HOUR,
    NOW - HOUR,
    1,
    "feed",
    "UTC",
    0,
    None,
    RunStatus.FAILED,
    Trigger.CATCH_UP,
    RUN_ID,
)


def agenda(**changes: Any) -> Agenda:
    nothing = Agenda(NOW - 24 * HOUR, NOW + 24 * HOUR, NOW, "UTC", (), (), (), (), ())
    return replace(nothing, **changes)


def row(entry: Now | Coming | Past, *, ascii_only: bool = False) -> list[str]:
    return [text_of(cell) for cell in agenda_row(entry, NOW, ascii_only=ascii_only)]


def test_what_comes() -> None:
    assert row(COMING) == ["Fri 06:00 +00:00", "in 1h", "·", "feed", "06:00", ""]
    many = replace(COMING, count=24, last=NOW + 24 * HOUR, schedule="every 1h")
    assert row(many)[4] == "every 1h, 24 times"
    held = replace(COMING, obstacle=Reason.PAUSED, note="the clock changes")
    assert row(held)[2:] == ["○", "feed", "will not run: paused", "the clock changes"]


def test_what_was() -> None:
    assert row(PAST) == [
        "Fri 04:00 +00:00",
        "1h ago",
        "✗",
        "feed",
        "failed",
        "catch-up",
    ]
    declined = replace(PAST, status=None, trigger=None, reason=Reason.PAUSED, count=3)
    assert row(declined)[2:] == ["○", "feed", "did not run: paused, 3 times", ""]


def test_now_stands_between() -> None:
    assert row(Now())[:2] == ["─" * 16, "now"]
    assert len(row(Now())) == len(COLUMNS)
    assert "".join(row(Now(), ascii_only=True)).isascii()


def test_keys_tell_entries_apart() -> None:
    later = replace(COMING, first=NOW + 2 * HOUR)
    other = replace(PAST, run_id=None)
    keys = {entry_key(it) for it in (Now(), COMING, later, PAST, other)}
    assert len(keys) == 5


@pytest.mark.parametrize(
    ("offset", "shown"),
    [
        (0, "Fri 05:00 +00:00"),
        (-12600, "Fri 01:30 -03:30"),
        (50400, "Fri 19:00 +14:00"),
    ],
)
def test_clocks_show_their_offset(offset: int, shown: str) -> None:
    assert clock(NOW, offset) == shown


def test_hours_are_as_busy_as_they_will_be() -> None:
    coming = (
        COMING,
        replace(COMING, job_id="b"),
        replace(COMING, first=NOW + 5 * HOUR, last=NOW + 5 * HOUR),
    )
    crowd = Collision("default", 1, NOW + HOUR, NOW + HOUR, 1, 2, ("feed", "b"))
    upper, lower = hours(agenda(coming=coming, collisions=(crowd,)), ascii_only=False)
    bars = [piece.text.strip() for piece in upper[1:]]
    assert [at for at, bar in enumerate(bars) if bar] == [1, 5]
    assert bars[1] > bars[5]
    assert upper[2].style == "bad"
    assert text_of(lower).split() == [f"{(5 + at) % 24:02}" for at in range(24)]


def test_what_is_counted_is_spread_over_its_hours() -> None:
    often = replace(COMING, first=NOW, last=NOW + 23 * HOUR + 59 * 60, count=1440)
    upper, _ = hours(agenda(coming=(often,)), ascii_only=True)
    bars = [piece.text for piece in upper[1:]]
    assert len(set(bars)) == 1
    assert bars[0].strip().isascii()


def test_an_empty_day_has_no_bars() -> None:
    upper, _ = hours(agenda(), ascii_only=False)
    assert text_of(upper).strip() == "24 h"


def test_what_lies_beyond_the_day_is_not_drawn() -> None:
    beyond = replace(COMING, first=NOW + 30 * HOUR, last=NOW + 30 * HOUR)
    before = replace(COMING, first=NOW - 2 * HOUR, last=NOW - 2 * HOUR)
    crowd = Collision("default", 1, NOW + 30 * HOUR, NOW + 30 * HOUR, 1, 2, ())
    upper, _ = hours(
        agenda(coming=(beyond, before), collisions=(crowd,)), ascii_only=False
    )
    assert text_of(upper).strip() == "24 h"


def test_notes_tell_what_deserves_a_look() -> None:
    crowd = Collision("agent", 1, NOW, NOW + HOUR, 3, 4, ("a", "b", "c", "d"))
    overrun = Overrun("feed", NOW, HOUR, 5_400_000)
    told = page_of(notes(agenda(collisions=(crowd,), overruns=(overrun,))))
    assert "05:00 +00:00 and 2 more times: 4 jobs fall due together" in told
    assert "pool agent runs 1 at once (a, b, c" in told
    assert "feed usually takes 1h30m, and is due again after 1h" in told
    assert not notes(agenda())


@pytest.mark.parametrize("effect", Effect)
def test_every_effect_of_a_change_of_the_clock_is_told(effect: Effect) -> None:
    note = ClockNote(
        "Europe/Berlin", NOW, 3600, 7200, effect, "02:30", "02:30", 1, ("feed",)
    )
    daily = page_of(notes(agenda(clock_notes=(note,))))
    assert "the clock of Europe/Berlin changes; 02:30 " in daily
    assert daily.endswith("feed")
    weekly = replace(note, schedule="sun 02:30")
    told = page_of(notes(agenda(clock_notes=(weekly,))))
    assert "changes; 02:30 (sun 02:30) " in told
