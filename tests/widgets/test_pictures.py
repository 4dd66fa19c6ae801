"""The pure functions that draw with characters: sparkline, meter, process tree."""

from __future__ import annotations

import pytest

from runner.model.run import duration_mark
from tests.helpers.screen import HOSTILE
from widgets.meter import meter
from widgets.pieces import Piece, Pieces
from widgets.process_tree import ProcessRow, process_tree
from widgets.sparkline import sparkline


def text_of(pieces: Pieces) -> str:
    return "".join(piece.text for piece in pieces)


def durations(*seconds: float) -> str:
    return "".join(duration_mark(int(it * 1000)) for it in seconds)


def test_bars_are_as_high_as_runs_were_long() -> None:
    lasted = durations(1, 30, 60, 10)
    assert sparkline("ssss", lasted, unicode=True) == (Piece("▁▄▇▂", "good"),)
    assert text_of(sparkline("ssss", lasted, unicode=False)) == "_-#."


def test_what_is_no_success_has_a_shape_of_its_own() -> None:
    line = sparkline("sftcl!", durations(1, 1, 1, 1, 1, 1), unicode=True)
    assert line == (
        Piece("▇", "good"),
        Piece("✗✗", "bad"),
        Piece("■", "odd"),
        Piece("?", "bad"),
        Piece("?", "odd"),
    )
    assert text_of(sparkline("sftcl", durations(1) * 5, unicode=False)) == "#xx#?"


@pytest.mark.parametrize(
    ("outcomes", "lasted", "expected"),
    [
        ("", "", ""),
        ("", durations(1), ""),
        ("ss", "", "▁▁"),
        ("sss", durations(60), "▁▁▇"),
        ("s", durations(60, 30), "▄"),
        ("s", durations(0), "▇"),
    ],
)
def test_the_newest_outcome_and_duration_belong_together(
    outcomes: str, lasted: str, expected: str
) -> None:
    assert text_of(sparkline(outcomes, lasted, unicode=True)) == expected


@pytest.mark.parametrize(
    ("used", "expected", "style"),
    [
        (0, "▱▱▱▱▱▱▱▱▱▱ 0%", "busy"),
        (43.9, "▰▰▰▰▱▱▱▱▱▱ 43%", "busy"),
        (80, "▰▰▰▰▰▰▰▰▱▱ 80%", "odd"),
        (99.9, "▰▰▰▰▰▰▰▰▰▱ 99%", "odd"),
        (100, "▰▰▰▰▰▰▰▰▰▰ 100%", "bad"),
        (250, "▰▰▰▰▰▰▰▰▰▰ 250%", "bad"),
        (-5, "▱▱▱▱▱▱▱▱▱▱ 0%", "busy"),
    ],
)
def test_a_meter_is_full_only_when_all_is_used(
    used: float, expected: str, style: str
) -> None:
    line = meter(used, 100, 10, unicode=True)
    assert text_of(line) == expected
    assert line[0].style == style


def test_a_meter_without_unicode_and_without_a_limit() -> None:
    assert text_of(meter(1, 2, 4, unicode=False)) == "##-- 50%"
    assert meter(1, 0, 4, unicode=True) == ()


ROWS = (
    ProcessRow(0, 41, "python -m job", "41.5%", "212MiB"),
    ProcessRow(1, 4122, "sh", "1%", "2MiB"),
    ProcessRow(2, 4123, "sleep", "0%", "1MiB"),
    ProcessRow(2, 4124, "curl", "0%", "1MiB"),
    ProcessRow(1, 4125, "git", "3%", "9MiB"),
    ProcessRow(2, 4126, "ssh", "0%", "1MiB"),
    ProcessRow(0, 4127, "stray", "0%", "1MiB"),
)


def test_a_tree_shows_who_started_whom() -> None:
    assert [text_of(line) for line in process_tree(ROWS, unicode=True)] == [
        "  41  41.5%  212MiB  python -m job",
        "4122     1%    2MiB  ├─ sh",
        "4123     0%    1MiB  │  ├─ sleep",
        "4124     0%    1MiB  │  └─ curl",
        "4125     3%    9MiB  └─ git",
        "4126     0%    1MiB     └─ ssh",
        "4127     0%    1MiB  stray",
    ]
    assert text_of(process_tree(ROWS, unicode=False)[2]).endswith("|  |- sleep")
    assert process_tree((), unicode=True) == []


def test_a_deep_tree_and_hostile_commands_leave_room() -> None:
    deep = [ProcessRow(at, at, "fork", "0%", "1MiB") for at in range(1, 1000)]
    assert max(len(text_of(line)) for line in process_tree(deep, unicode=True)) < 80
    for text in HOSTILE:
        [line] = process_tree([ProcessRow(0, 1, text, "", "")], unicode=True)
        assert all(it.isprintable() or it == "\u200d" for it in text_of(line))
