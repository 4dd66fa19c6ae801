from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobconsole.cli.table import (
    Cell,
    Column,
    Row,
    cut,
    render,
    width_of,
    wrap,
)
from jobconsole.marks import Style
from jobconsole.wiring import Terminal

COLUMNS = (Column("A", least=5), Column("FIXED"), Column("C", least=5, right=True))
TERMINAL = Terminal(width=40)


@given(
    st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=5),
    st.integers(40, 120),
)
def test_no_line_is_wider_than_the_terminal(
    texts: list[tuple[str, str]], width: int
) -> None:
    rows = [Row([Cell(a), Cell("fixed"), Cell(c)]) for a, c in texts]

    lines = render(COLUMNS, rows, Terminal(width=width))

    assert len(lines) == len(rows) + 1
    assert all(width_of(line) <= width for line in lines)


@given(st.text(max_size=30), st.integers(1, 20))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert width_of(cut(text, width, TERMINAL)) <= width


def test_wide_characters_keep_the_columns_in_line() -> None:
    rows = [
        Row([Cell("日本"), Cell("x"), Cell("1")]),
        Row([Cell("abcd"), Cell("x"), Cell("1")]),
    ]

    _, first, second = render(COLUMNS, rows, TERMINAL)

    assert first == "日本  x      1"
    assert second == "abcd  x      1"


def test_the_widest_column_gives_way_and_says_so() -> None:
    row = Row([Cell("a" * 50), Cell("fixed"), Cell("short")])

    line = render(COLUMNS, [row], TERMINAL)[1]

    assert line == f"{'a' * 25}…  fixed  short"
    assert "~" in render(COLUMNS, [row], Terminal(width=40, unicode=False))[1]


def test_a_note_stands_below_its_row() -> None:
    row = Row([Cell("a"), Cell("b"), Cell("c")], ["why it is so " * 5])

    lines = render(COLUMNS, [row], TERMINAL)

    assert all(line.startswith("    ") for line in lines[2:])
    assert " ".join(" ".join(lines[2:]).split()) == ("why it is so " * 5).strip()


def test_foreign_text_cannot_break_out_of_its_cell() -> None:
    row = Row([Cell("a\nb\x1b[2J"), Cell("x"), Cell("y")])

    assert render(COLUMNS, [row], TERMINAL)[1].startswith("a b")


def test_colour_does_not_count() -> None:
    rows = [Row([Cell("a", Style.BAD), Cell("b"), Cell("c")])]

    plain = render(COLUMNS, rows, TERMINAL)
    coloured = render(COLUMNS, rows, Terminal(interactive=True, colour=True, width=40))

    assert coloured[1] == plain[1].replace("a", "\x1b[31ma\x1b[0m", 1)


def test_long_words_stay_whole() -> None:
    path = "/a/very/long/path/that/somebody/wants/to/copy"

    assert wrap(f"in {path}", 20, "  ") == ["  in", f"  {path}"]
