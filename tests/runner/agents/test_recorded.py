"""What is said of every recorded run of every agent, wherever it is cut."""

from __future__ import annotations

from itertools import pairwise
from operator import le
from typing import TYPE_CHECKING, NamedTuple

import pytest

from runner.agents.claude_stream import ClaudeReader
from runner.agents.codex_stream import CodexReader
from runner.agents.gemini import GeminiReader
from runner.agents.opencode_stream import OpencodeReader
from runner.model.errors import Code
from tests.helpers.streams import (
    STREAMS,
    by_bytes,
    figures,
    read,
    recorded,
    successful_cuts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.agents.base import StreamReader

CLAUDE = {
    "claude": (0, None),
    "claude-rich": (0, None),
    "claude-resumed": (0, None),
    "case-permc-default-Bash": (0, None),
    "case-claude-mcp-crash": (0, None),
    "case-claude-budget": (1, Code.AGENT_BUDGET_EXCEEDED),
    "case-claude-turns": (1, Code.AGENT_BUDGET_EXCEEDED),
    "case-claude-denied": (0, Code.JOB_POLICY_DENIED),
    "case-claude-empty": (0, Code.AGENT_NO_ANSWER),
    "case-claude-refuse": (1, Code.AGENT_NO_ANSWER),
    "case-claude-limit": (1, Code.AGENT_UNAVAILABLE),
    "case-claude-err401": (1, Code.JOB_EXECUTION_FAILED),
    "case-claude-err500": (1, Code.JOB_EXECUTION_FAILED),
    "case-claude-int": (0, Code.JOB_EXECUTION_FAILED),
    "case-claude-nosession": (1, Code.JOB_EXECUTION_FAILED),
    "case-claude-term": (143, Code.JOB_EXECUTION_FAILED),
}

CODEX = {
    "codex": (0, None),
    "codex-rich": (0, None),
    "codex-code": (0, None),
    "codex-resumed": (0, None),
    "case-codex-denied": (0, None),
    "case-codex-fail5": (0, None),
    "case-codex-mcp-crashcall": (0, None),
    "case-role-codex-viewer": (0, None),
    "case-codex-empty": (0, Code.AGENT_NO_ANSWER),
    "case-codex-refuse": (0, Code.AGENT_NO_ANSWER),
    "case-codex-budget": (1, Code.JOB_EXECUTION_FAILED),
    "case-codex-cut": (1, Code.JOB_EXECUTION_FAILED),
    "case-codex-err401": (1, Code.JOB_EXECUTION_FAILED),
    "case-codex-err500": (1, Code.JOB_EXECUTION_FAILED),
    "case-codex-int": (1, Code.JOB_EXECUTION_FAILED),
    "case-codex-limit": (1, Code.JOB_EXECUTION_FAILED),
}

GEMINI = {
    "gemini": (0, None),
    "gemini-rich": (0, None),
    "case-gemini-mcp-crash": (0, None),
    "case-gemini-refuse": (0, None),
    "case-permg-default-Bash": (0, None),
    "case-gemini-cut": (0, Code.JOB_EXECUTION_FAILED),
    "case-gemini-err500": (244, Code.JOB_EXECUTION_FAILED),
    "case-gemini-turns": (53, Code.AGENT_BUDGET_EXCEEDED),
}

OPENCODE = {
    "opencode": (0, None),
    "opencode-rich": (0, None),
    "case-opencode-mcp-crashcall": (0, None),
    "case-opencode-err500": (1, Code.JOB_EXECUTION_FAILED),
    "case-opencode-refuse": (1, Code.AGENT_NO_ANSWER),
    "case-permo-ask-Bash": (0, Code.JOB_POLICY_DENIED),
}

REFUSED_IN_WORDS = frozenset({"case-opencode-refuse"})

RUBBISH = (b"{\n", b"\xff\xfe\n", b"[1]\n", b'{"type":"new","x":1}\n', b"\n")


class Case(NamedTuple):
    """A run: how it was recorded, its exit code, and what is to be said of it."""

    name: str
    reader: Callable[[], StreamReader]
    exit_code: int
    code: Code | None

    @property
    def stream(self) -> bytes:
        return recorded(self.name)


CASES = [
    *(Case(name, ClaudeReader, *told) for name, told in CLAUDE.items()),
    *(Case(name, CodexReader, *told) for name, told in CODEX.items()),
    *(Case(name, GeminiReader, *told) for name, told in GEMINI.items()),
    *(Case(name, OpencodeReader, *told) for name, told in OPENCODE.items()),
]

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_no_recorded_stream_is_left_out() -> None:
    names = {path.stem for path in STREAMS.glob("*.jsonl")}
    streams = {it for it in names if not it.endswith(".diary")}
    assert streams == {it.name for it in CASES}


@every_case
def test_the_verdict(case: Case) -> None:
    answer = read(case.reader(), [case.stream], case.exit_code).answer
    assert (answer.error and answer.error.code) == case.code
    assert bool(answer.text) == (case.code is None or case.name in REFUSED_IN_WORDS)


@every_case
def test_it_reads_the_same_byte_by_byte(case: Case) -> None:
    whole = read(case.reader(), [case.stream], case.exit_code)
    assert read(case.reader(), by_bytes(case.stream), case.exit_code) == whole


@every_case
def test_a_cut_stream_is_no_success(case: Case) -> None:
    size = len(case.stream)
    whole = [size - 1, size] if case.code is None else []
    assert successful_cuts(case.reader, case.stream) == whole


@every_case
def test_figures_only_grow(case: Case) -> None:
    steps = figures(case.reader(), case.stream.splitlines(keepends=True))
    assert all(all(map(le, step, then)) for step, then in pairwise(steps))


@every_case
def test_rubbish_between_events_changes_nothing(case: Case) -> None:
    lines = case.stream.splitlines(keepends=True)
    mixed = [piece for line in lines for piece in (*RUBBISH, line)]
    plain = read(case.reader(), lines, case.exit_code)
    assert read(case.reader(), mixed, case.exit_code) == plain
