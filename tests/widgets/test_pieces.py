from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.helpers.screen import HOSTILE
from widgets.columns import Column, place
from widgets.pieces import Piece, clean, clean_pieces, cut, fit, width_of


def test_clean_text_is_one_printable_line_and_not_endless() -> None:
    for text in HOSTILE:
        shown = clean(text)
        assert len(shown) <= 4096
        assert all(it.isprintable() or it == "\u200d" for it in shown)


def test_clean_text_keeps_blanks_that_somebody_meant() -> None:
    assert clean("  a  b") == "  a  b"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("漢字漢", 4, "漢 …"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("abc", -1, ""),
    ],
)
def test_text_is_cut_by_cells(text: str, width: int, expected: str) -> None:
    assert cut(text, width, "…") == expected


@pytest.mark.parametrize("width", range(12))
@pytest.mark.parametrize("right", [True, False])
def test_pieces_fit_exactly(width: int, right: bool) -> None:
    pieces = (Piece("ab", "good"), Piece(""), Piece("漢字", "bad"), Piece("cd"))
    fitted = fit(pieces, width, sign="…", right=right)
    assert width_of(fitted) == width
    assert ("…" in "".join(it.text for it in fitted)) == (0 < width < 8)


def test_a_cut_shows_where_a_piece_ends_and_another_is_left_out() -> None:
    fitted = fit((Piece("ab", "good"), Piece("cd")), 2, sign="~")
    assert fitted == (Piece("a~", "good"),)


def test_foreign_pieces_are_cleaned_one_by_one() -> None:
    cleaned = clean_pieces((Piece("\x1b[31mred", "bad"), Piece(" ok ")))
    assert cleaned == (Piece("red", "bad"), Piece(" ok "))


COLUMNS = (
    Column("a", "A", 4),
    Column("b", "B", 6, flex=1, priority=1),
    Column("c", "C", 6, flex=2, priority=2),
    Column("d", "D", 4, priority=3),
)


def placed(width: int) -> dict[str, tuple[int, int]]:
    return {it.column.key: (it.start, it.width) for it in place(COLUMNS, width)}


def test_what_is_left_is_shared_out_completely() -> None:
    assert placed(23) == {"a": (0, 4), "b": (5, 6), "c": (12, 6), "d": (19, 4)}
    assert placed(33) == {"a": (0, 4), "b": (5, 9), "c": (15, 13), "d": (29, 4)}


def test_columns_with_the_highest_numbers_are_dropped_first() -> None:
    assert list(placed(22)) == ["a", "b", "c"]
    assert list(placed(17)) == ["a", "b"]
    assert placed(4) == {"a": (0, 4)}


@pytest.mark.parametrize("width", [-2, 0, 1, 3])
def test_one_column_is_always_left_however_narrow(width: int) -> None:
    assert placed(width) == {"a": (0, max(width, 0))}


@pytest.mark.parametrize("width", range(4, 120))
def test_columns_stay_inside(width: int) -> None:
    at = place(COLUMNS, width)
    assert at[-1].start + at[-1].width <= width
    assert all(cell_len(it.column.title) <= it.width for it in at)
