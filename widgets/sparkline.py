"""The last outcomes of a job: bars as high as the runs were long, marks for the rest."""

from __future__ import annotations

from itertools import groupby

from runner.model.run import OUTCOME_MARKS, RunStatus, duration_of
from widgets.pieces import Piece, Pieces

_BARS = "▁▂▃▄▅▆▇"
_ASCII_BARS = "_.-=#"

_ENDINGS: dict[str, tuple[str, str, str]] = {
    OUTCOME_MARKS[RunStatus.FAILED]: ("✗", "x", "bad"),
    OUTCOME_MARKS[RunStatus.TIMED_OUT]: ("✗", "x", "bad"),
    OUTCOME_MARKS[RunStatus.CANCELLED]: ("■", "#", "odd"),
    OUTCOME_MARKS[RunStatus.LOST]: ("?", "?", "bad"),
}
"""What is no success: its shape, that in ASCII, and its style."""

_UNKNOWN = ("?", "?", "odd")


def sparkline(outcomes: str, durations: str, *, unicode: bool) -> Pieces:
    """A character for each outcome, oldest first.

    Both strings have a letter for each run (`OUTCOME_MARKS`, `duration_mark`); if one
    is longer, it goes further back.
    """
    longest = max((_milliseconds(letter) for letter in durations), default=0)
    marks = [
        _bar(_milliseconds(duration), longest, unicode=unicode)
        if outcome == OUTCOME_MARKS[RunStatus.SUCCEEDED]
        else _ending(outcome, unicode=unicode)
        for outcome, duration in zip(
            outcomes, durations.rjust(len(outcomes))[-len(outcomes) :], strict=False
        )
    ]
    return tuple(
        Piece("".join(piece.text for piece in run), style)
        for style, run in groupby(marks, key=lambda piece: piece.style)
    )


def _milliseconds(letter: str) -> int:
    """None is known of runs that are older than the record of durations."""
    return 0 if letter == " " else duration_of(letter)


def _bar(milliseconds: int, longest: int, *, unicode: bool) -> Piece:
    bars = _BARS if unicode else _ASCII_BARS
    height = round(milliseconds / longest * (len(bars) - 1)) if longest else 0
    return Piece(bars[height], "good")


def _ending(outcome: str, *, unicode: bool) -> Piece:
    shape, ascii_shape, style = _ENDINGS.get(outcome, _UNKNOWN)
    return Piece(shape if unicode else ascii_shape, style)
