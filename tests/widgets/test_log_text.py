from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style

from tests.helpers.screen import HOSTILE
from widgets.log_text import LogText, Span, read

PIECES = st.sampled_from(
    ["\x1b[31m", "\x1b[0m", "\x1b[1;44m", "\x1b[K", "\r", "\t", "a", "bc", "漢", "e\u0301",
     "👩‍👩‍👧", "\x1b]0;x\x07", "\u202e", "\x00", " "]
)  # fmt: skip
LINES = st.lists(PIECES, max_size=30).map("".join)
RED = Style(color=Color.from_ansi(1))


def coloured(line: str) -> list[tuple[str, str]]:
    text = read(line)
    return [(text.plain[it.start : it.end], str(it.style)) for it in text.spans]


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("plain\n", "plain"),
        ("windows\r\n", "windows"),
        ("10%\r20%\r\n", "20%"),
        ("longer text\rshort", "shortr text"),
        ("longer text\r\x1b[Kshort", "short"),
        ("a\tb\tc", "a       b       c"),
        ("\x1b[31mab\tc", "ab      c"),
        ("nul\x00 bell\x07", "nul bell"),
        ("\u202eabc\u2066", "abc"),
        ("[red]x[/red] [@click=app.quit]y[/]", "[red]x[/red] [@click=app.quit]y[/]"),
        ("\x1b]52;c;aGk=\x07copied", "copied"),
        ("\x1b]0;title\x07x", "x"),
        ("a\u2028b", "a b"),
        ("", ""),
    ],
)
def test_what_is_left_of_a_line(line: str, plain: str) -> None:
    assert read(line).plain == plain


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("31", "color(1)"),
        ("97", "color(15)"),
        ("44", "on color(4)"),
        ("103", "on color(11)"),
        ("1;3;4", "bold italic underline"),
        ("2;7;9", "dim reverse strike"),
        ("38;5;200", "color(200)"),
        ("38:5:200", "color(200)"),
        ("48;2;1;2;3", "on #010203"),
        ("48:2:1:2:3", "on #010203"),
        ("48:2::1:2:3", "on #010203"),
        ("31;39;1", "bold"),
        ("1;22;3", "italic"),
        ("4;4:0;3", "italic"),
        ("38;5;999;3", "italic"),
        ("9" * 5000 + ";3", "italic"),
    ],
)
def test_colours_are_kept(codes: str, style: str) -> None:
    (shown,) = coloured(f"\x1b[{codes}mx\x1b[my")
    assert shown[0] == "x"
    assert Style.parse(shown[1]) == Style.parse(style)


def test_what_is_written_over_keeps_its_own_colour() -> None:
    assert coloured("\x1b[31mabcdef\x1b[0m\rxy") == [("cdef", "color(1)")]
    assert coloured("\x1b[31mab\rc") == [("c", "color(1)"), ("b", "color(1)")]


@given(LINES, st.integers(1, 20))
def test_rows_are_the_whole_line_and_fit(line: str, width: int) -> None:
    text = read(line)
    rows = text.rows(width)

    assert "".join(text.plain[start:end] for start, end in rows) == text.plain
    widths = [cell_len(text.plain[start:end]) for start, end in rows]
    assert all(it <= max(width, 2) for it in widths)


@given(LINES, st.integers(0, 30), st.integers(1, 20))
def test_what_is_between_columns_fits(line: str, left: int, width: int) -> None:
    text = read(line)
    start, end = text.between(left, width)

    assert 0 <= start <= end <= len(text.plain)
    assert cell_len(text.plain[start:end]) <= width


@given(LINES, st.integers(0, 20), st.integers(0, 20))
def test_segments_are_the_text_in_its_colours(line: str, start: int, end: int) -> None:
    text = read(line)
    start, end = sorted((min(start, len(text.plain)), min(end, len(text.plain))))
    marks = [Span(it, it + 1, Style(reverse=True)) for it in range(0, 30, 3)]
    segments = list(text.segments(start, end, Style(), marks))

    assert "".join(it.text for it in segments) == text.plain[start:end]
    place = start
    for segment in segments:
        over = segment.style is not None and bool(segment.style.reverse)
        assert over is (place % 3 == 0)
        place += len(segment.text)


def test_a_mark_lies_over_a_colour() -> None:
    text = LogText("abc", (Span(0, 2, RED),))
    found = text.segments(0, 3, Style(), [Span(1, 3, Style(bold=True))])

    assert [(it.text, str(it.style)) for it in found] == [
        ("a", "color(1)"),
        ("b", "bold color(1)"),
        ("c", "bold"),
    ]


@pytest.mark.parametrize("line", [*HOSTILE, "\x1b[1m\t\r" * 8000, "\x1b[" * 16_000])
def test_hostile_lines_are_read(line: str) -> None:
    text = read(line[:32_768])
    assert not set(text.plain) & {
        "\x1b",
        "\x00",
        "\x07",
        "\r",
        "\t",
        "\u202e",
        "\u2066",
    }
