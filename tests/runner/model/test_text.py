from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.model.text import RESET, Sanitiser, one_line, sanitise

HARMFUL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
PIECES = st.sampled_from(
    ["\x1b", "[", "]", "0", ";", "31", "m", "J", "\x07", "\\", "\x9b", "\x9c", "\x90",
     "(", "a", "é", "\n", "\t", "\r", "\x00", "\x7f", "\u202e", "P", "?", "\ud800"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=20).map("".join)
BYTES = TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))


@given(TEXTS)
def test_nothing_harmful_is_left(text: str) -> None:
    assert not HARMFUL.search(sanitise(text))
    assert not HARMFUL.search(COLOUR.sub("", sanitise(text, colour=True)))


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"])))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert sanitise(text) == text


@given(st.lists(BYTES, max_size=6))
def test_it_does_not_matter_where_a_stream_is_cut(pieces: list[bytes]) -> None:
    sanitiser = Sanitiser(colour=True)
    shown = "".join(map(sanitiser.feed, pieces)) + sanitiser.finish()

    whole = sanitise(b"".join(pieces).decode("utf-8", "replace"), colour=True)
    assert shown.removesuffix(RESET) == whole.removesuffix(RESET)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b[2J\x1b[Hgone", "gone"),
        ("\x1b[31mred", "\x1b[31mred"),
        ("\x9b31mred", "red"),
        ("abc\u202edef", "abcdef"),
        ("10%\r20%\n", "10%\n20%\n"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert sanitise(text, colour=True) == shown


def test_colour_goes_where_none_is_wanted() -> None:
    assert sanitise("\x1b[31mred\x1b[0m") == "red"


def test_colour_that_was_begun_is_ended() -> None:
    sanitiser = Sanitiser(colour=True)

    assert sanitiser.feed(b"\x1b[31mred") + sanitiser.finish() == f"\x1b[31mred{RESET}"


def test_an_escape_that_never_ends_is_not_waited_for() -> None:
    sanitiser = Sanitiser(colour=True)

    sanitiser.feed(b"\x1b]" + b"x" * 5_000)

    assert sanitiser.feed(b"seen") == "seen"


def test_a_cell_is_one_line() -> None:
    assert one_line(" a\n\tb\x1b[2Jc ") == "a bc"
