from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.screen import HOSTILE
from widgets.markdown_blocks import read_document
from widgets.markdown_lines import lay_out, markdown_lines
from widgets.markdown_table import shares
from widgets.pieces import Piece, width_of

SIGNS = st.sampled_from(
    ["# ", "## ", "- ", "* ", "12. ", "> ", "    ", "```", "~~~py", "|", "|-|-:|", "---",
     "===", "*", "**", "_", "`", "~~", "[", "](u)", "[x] ", "[ ] ", "![", "<b>", "<!--",
     "<http://a.b>", "&lt;", "&#x202e;", "&#27;", "&#10;", "\\", "  \n", "\n", "\n\n", "\t",
     "word", "漢字", "e\u0301", "👩‍👩‍👧", "\u200d", "❤\ufe0f", "\x1b[31m", "\x9b", "\u202e",
     "\u2028", "\udcff", "\r", "\x00", " ", "\xa0", "[red]", "[@click=app.quit]"]
)  # fmt: skip
MARKDOWN = st.lists(st.one_of(SIGNS, st.text(max_size=5)), max_size=40).map("".join)
WIDTHS = st.integers(2, 60)
WORDS = st.text("abcdefghijkl", min_size=1, max_size=15)
MOST_SECONDS = 6
"""Twenty times what is promised, for machines that are busy with other things."""


def shown(text: str, width: int = 60, *, unicode: bool = True) -> list[str]:
    lines = markdown_lines(text, width, unicode=unicode)
    return ["".join(piece.text for piece in line).rstrip() for line in lines]


def styled(text: str) -> list[tuple[str, str]]:
    """What is not plain."""
    pieces = [piece for line in markdown_lines(text, 60) for piece in line]
    return [(it.text, it.style) for it in pieces if it.style != "plain"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("# Title\ntext\n## More\n### Least", "Title¶=====¶¶text¶¶More¶----¶¶Least"),
        ("Title\n===\nMore\n---", "Title¶=====¶¶More¶----"),
        ("one\ntwo  \nthree\n\nfour", "one two¶three¶¶four"),
        ("- a\n- b\n  - c\n- d\n\ntext", "- a¶- b¶  - c¶- d¶¶text"),
        ("text\n* a\n\n* b\n\n  more", "text¶¶- a¶¶- b¶¶  more"),
        ("9. a\n10. b\n\n1) c", "9. a¶10. b¶¶1) c"),
        ("-\n- a", "-¶- a"),
        ("- [ ] a\n- [x] b\n\n[x] c", "[ ] a¶[x] b¶¶[x] c"),
        ("> [x] a\n\n- > [ ] b", "| [x] a¶¶- | [ ] b"),
        ("> a\n>\n> - b\n> > c", "| a¶|¶| - b¶|¶| | c"),
        ("- a\n\n      code", "- a¶¶  | code"),
        ("```py\nif x:\n\treturn\n\n  y\n```\nz", "| if x:¶|     return¶|¶|   y¶¶z"),
        ("~~~\nnever closed", "| never closed"),
        ("a\n\n---\nb", "a¶¶" + "-" * 60 + "¶¶b"),
        ("<details>\n<b>x</b> &lt;\n\na <i>b</i>", "<details>¶<b>x</b> &lt;¶¶a <i>b</i>"),
        ("*a* **b** `c  d` ~~e~~ \\*f\\*", "a b c  d ~~e~~ *f*"),
        ("[a](http://b.c 'd') [a](<>)", "a (http://b.c) a ()"),
        ("<http://b.c> <me@b.c> [e][f]\n\n[f]: g", "http://b.c me@b.c e (g)"),
        ("[a](javascript:b) ![c](file:///d)", "[a](javascript:b) ![c](file:///d)"),
        ("![c](d.png) http://b.c", "![c](d.png) http://b.c"),
        ("&lt;b&gt; &amp; &copy;", "<b> & ©"),
        ("[red]a[/red] [@click=app.quit]b[/]", "[red]a[/red] [@click=app.quit]b[/]"),
    ],
)  # fmt: skip
def test_what_each_construct_looks_like(text: str, expected: str) -> None:
    assert "¶".join(shown(text, unicode=False)) == expected


def test_what_texts_mean_is_told_by_styles() -> None:
    assert styled("# a\n\n*b* **c** `d` ~~e~~ *f **g***") == [
        ("a", "strong"),
        ("═", "faint"),
        ("b", "emphasis"),
        ("c", "strong"),
        ("d", "code"),
        *[("~~", "faint"), ("e", "faint"), ("~~", "faint")],
        ("f ", "emphasis"),
        ("g", "strong"),
    ]
    assert styled("    code") == [("│ ", "faint"), ("code", "code")]
    assert styled("> a") == [("│ ", "faint")]


def test_wrapped_lines_hang_below_their_beginning() -> None:
    text = "- one two three\n  1. four five six\n\n> seven eight nine"
    assert shown(text, 12) == [
        *["• one two", "  three", "  1. four", "     five", "     six", ""],
        *["│ seven", "│ eight nine"],
    ]


def test_code_keeps_its_blanks_and_is_broken_where_it_ends() -> None:
    assert shown("```\na  b  c  d\n```", 7) == ["│ a  b", "│  c  d"]
    assert shown("```\nabc\n```", 3) == ["abc"]
    assert markdown_lines("```\n漢字漢\n```", 7)[1][1] == Piece("漢", "code")


def test_cells_stand_in_columns_and_share_the_width() -> None:
    table = "|name|size|\n|---|--:|\n|a|1|\n|some long name|1000|\n|`x`|\n"
    assert shown(table) == [
        *["name            size", "──────────────  ────", "a                  1"],
        *["some long name  1000", "x"],
    ]
    assert shown(table, 15)[3:5] == ["some long  1000", "name"]
    assert shown(table, 9) == [
        *["name |", "size", "a | 1", "some long", "name |", "1000", "x |"]
    ]


@pytest.mark.parametrize(
    ("natural", "room", "expected"),
    [
        ([3, 4], 10, [3, 4]),
        ([3, 40], 20, [3, 17]),
        ([30, 5, 40], 25, [10, 5, 10]),
        ([9, 9], 9, [4, 4]),
        ([0], 4, [0]),
    ],
)
def test_the_widest_columns_give_way(
    natural: list[int], room: int, expected: list[int]
) -> None:
    assert shares(natural, room) == expected


@given(MARKDOWN, WIDTHS, st.booleans())
def test_whatever_it_is_its_lines_fit_and_are_harmless(
    text: str, width: int, unicode: bool
) -> None:
    for line in markdown_lines(text, width, unicode=unicode):
        assert width_of(line) <= width
        for piece in line:
            assert not any(_is_control(it) for it in piece.text), piece


def _is_control(it: str) -> bool:
    return it < " " or "\x7f" <= it <= "\x9f" or it in "\u061c\u200e\u200f" or (
        "\u202a" <= it <= "\u202e" or "\u2066" <= it <= "\u2069"
        or "\ud800" <= it <= "\udfff" or it in "\u2028\u2029"
    )  # fmt: skip


def test_joiners_that_join_nothing_are_left_out() -> None:
    assert shown("~~~\n\u200d\u200dx\u200d👩\u200d\u200d👧") == ["│ x👩\u200d👧"]


@given(st.lists(st.lists(WORDS, min_size=1), min_size=1), st.integers(16, 60))
def test_all_words_of_paragraphs_are_kept(
    paragraphs: list[list[str]], width: int
) -> None:
    text = "\n\n".join(" ".join(words) for words in paragraphs)
    words = [word for line in shown(text, width) for word in line.split()]
    assert words == text.split()


@pytest.mark.parametrize(
    "frame", ["{}", "# {}", "- {}", "> {}", "`{}`", "~~~\n{}", "|{}|\n|-|"]
)
@pytest.mark.parametrize("at", range(len(HOSTILE)))
def test_hostile_text_is_only_text(frame: str, at: int) -> None:
    for line in markdown_lines(frame.replace("{}", HOSTILE[at][:100_000]), 40):
        assert width_of(line) <= 40
        assert not any(_is_control(it) for piece in line for it in piece.text)


@pytest.mark.parametrize(
    "text",
    [">" * 200 + " deep", "- " * 100 + "deep", "1. " * 50 + "deep",
     "".join("  " * it + "- deep\n" for it in range(200))],
    ids=["quotes", "items", "numbers", "lines"],
)  # fmt: skip
def test_what_is_nested_too_deeply_is_left_as_written(text: str) -> None:
    document = read_document(text)
    assert not document.is_whole
    lines = lay_out(document, 600)
    assert "\n".join(line[0].text if line else "" for line in lines) == text.rstrip(
        "\n"
    )


def test_deep_levels_leave_room_for_their_text() -> None:
    for width in range(2, 30):
        lines = shown("> " * 12 + "some words", width)
        assert "".join(lines).replace("│", "").replace(" ", "") == "somewords"


def test_the_end_of_what_takes_too_long_is_left_as_written() -> None:
    text = "*a*\n\n" * 5_000
    document = read_document(text)
    lines = shown(text)
    assert not document.is_whole
    assert lines[:3] == ["a", "", "a"]
    assert lines[-2:] == ["*a*", ""]
    assert sum("a" in line for line in lines) == 5_000


def test_a_paragraph_with_too_many_signs_is_left_as_written() -> None:
    text = "*a* " * 300 + "\n\n*b*"
    assert not read_document(text).is_whole
    lines = shown(text)
    assert "*a*" in lines[0]
    assert lines[-1] == "b"
    assert read_document("*a* " * 200).is_whole


PILES = {
    "items": "- a\n", "quotes": "> a\n", "both": "> a\n- b\n", "headings": "# a\n",
    "rules": "---\n", "paragraphs": "a\n\n", "numbers": "1. 1. 1. a\n", "cells": "|a|b|\n|-|-|\n",
    "opening": "[", "links": "[a](", "images": "![a](b)", "stars": "*a ", "both stars": "a**b",
    "ticks": "`a", "angles": "<a ", "entities": "&amp;", "blanks": "\n", "tabs": "\t",
    "words": "word ", "one word": "x", "wide": "漢字", "marks": "e\u0301", "fences": "~~~\nx\n~~~\n",
    "definitions": "[a]: b\n", "colons": ":", "backslashes": "\\*",
}  # fmt: skip


@pytest.mark.parametrize("pile", PILES.values(), ids=PILES)
def test_no_pile_takes_long(pile: str) -> None:
    text = pile * (256 * 1024 // len(pile.encode()))
    begun = time.process_time()
    lines = markdown_lines(text, 40)
    assert time.process_time() - begun < MOST_SECONDS
    assert all(width_of(line) <= 40 for line in lines)


@pytest.mark.parametrize(
    "first", [">" * 13 + " a\n", "- " * 7 + "a\n", "|a" * 500 + "|\n"]
)
def test_no_long_rest_of_a_construct_takes_long(first: str) -> None:
    begun = time.process_time()
    markdown_lines(first + "a\n" * 130_000, 40)
    assert time.process_time() - begun < MOST_SECONDS
