"""What the readers of all streams share."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.agents.stream import MESSAGE_LENGTH, Ending, Lines, decoded, verdict
from runner.model.errors import Code
from tests.helpers.streams import NOW

GOOD = Ending("done", clean=True)


def cut(chunks: list[bytes]) -> list[bytes]:
    """The lines that come of the chunks, the last without its end too."""
    lines = Lines()
    whole = [line for chunk in chunks for line in lines.feed(chunk)]
    return [*whole, *lines.finish()]


@given(st.lists(st.binary(max_size=9), max_size=9))
def test_lines_are_the_same_wherever_the_stream_is_cut(chunks: list[bytes]) -> None:
    text = b"".join(chunks)
    assert cut(chunks) == [it.strip() for it in text.split(b"\n") if it.strip()]


def test_a_line_comes_as_soon_as_it_is_whole() -> None:
    lines = Lines()
    assert list(lines.feed(b"one\ntw")) == [b"one"]
    assert list(lines.feed(b"o\r\n\n")) == [b"two"]
    assert list(lines.finish()) == []


def test_an_enormous_line_is_passed_over() -> None:
    lines = Lines()
    for _ in range(33):
        assert list(lines.feed(b"x" * 1024 * 1024)) == []
    assert list(lines.feed(b"\nnext\n")) == [b"next"]


@pytest.mark.parametrize(
    "line", [b"", b"rubbish", b'{"a":"\xff"}', b"[" * 100_000, b'"text"', b"null"]
)
def test_rubbish_decodes_to_nothing(line: bytes) -> None:
    decoder = msgspec.json.Decoder(Mapping[str, str])
    assert decoded(decoder, line) is None


def test_an_event_decodes() -> None:
    assert decoded(msgspec.json.Decoder(dict[str, int]), b'{"a":1}') == {"a": 1}


def test_a_clean_end_with_an_answer_is_a_success() -> None:
    answer = verdict(Ending("  done\n", clean=True), 0)
    assert answer.text == "done"
    assert answer.error is None


@pytest.mark.parametrize(
    ("ending", "exit_code", "code"),
    [
        (GOOD, 1, Code.JOB_EXECUTION_FAILED),
        (GOOD, None, Code.JOB_EXECUTION_FAILED),
        (GOOD._replace(clean=False), 0, Code.JOB_EXECUTION_FAILED),
        (GOOD._replace(error="it broke"), 0, Code.JOB_EXECUTION_FAILED),
        (GOOD._replace(text=" \n"), 0, Code.AGENT_NO_ANSWER),
        (GOOD._replace(refused=True), 0, Code.AGENT_NO_ANSWER),
        (GOOD._replace(refused=True, error="no"), 1, Code.AGENT_NO_ANSWER),
        (GOOD._replace(denied="Bash", text=""), 0, Code.JOB_POLICY_DENIED),
        (GOOD._replace(over="3 turns", error="x"), 1, Code.AGENT_BUDGET_EXCEEDED),
        (GOOD._replace(resets_at=NOW, error="x"), 1, Code.AGENT_UNAVAILABLE),
    ],
)
def test_nothing_less_is_a_success(
    ending: Ending, exit_code: int | None, code: Code
) -> None:
    answer = verdict(ending, exit_code)
    assert answer.error is not None
    assert answer.error.code == code
    assert answer.error.message
    assert answer.resets_at == ending.resets_at


def test_a_foreign_message_is_kept_in_part() -> None:
    answer = verdict(GOOD._replace(error="x" * 9999), 1)
    assert answer.error is not None
    assert len(answer.error.message) == MESSAGE_LENGTH
