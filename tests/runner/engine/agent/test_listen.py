"""Bytes of an agent's files become events, whenever they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.agents.claude_stream import ClaudeReader
from runner.agents.codex_stream import CodexReader
from runner.engine.agent import listen
from runner.engine.agent.listen import Listener
from tests.helpers.played import (
    SESSION,
    begins,
    codex_begins,
    codex_ends,
    codex_says,
    ends,
    to_stream,
    turn,
)
from tests.helpers.streams import recorded

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from runner.agents.base import AgentEvent, StreamReader

RECORDED_SESSION = "01a1f9d2-d125-7e20-a78c-08737319559d"


class Heard:
    """A listener to a file that the test writes, and what it told."""

    def __init__(
        self, folder: Path, reader: StreamReader, before: bytes | None = b""
    ) -> None:
        self.stdout = folder / "stdout.log"
        if before is not None:
            self.stdout.write_bytes(before)
        self.events: list[AgentEvent] = []
        environment = {"HOME": str(folder)}
        tell = self.events.append
        self.listener = Listener(reader, self.stdout, environment, tell)

    def write(self, body: bytes) -> None:
        with self.stdout.open("ab") as file:
            file.write(body)

    def look(self) -> bool:
        return self.listener.look()

    @property
    def names(self) -> list[str]:
        return [str(it.told) for it in self.events]


def test_what_comes_is_told_once(tmp_path: Path) -> None:
    heard = Heard(tmp_path, ClaudeReader())
    assert not heard.look()
    heard.write(to_stream(begins()))
    assert heard.look()
    assert heard.names == ["agent_session"]
    assert not heard.look()
    heard.write(to_stream(turn(1, tool="Bash")))
    assert heard.look()
    assert heard.names == ["agent_session", "agent_turn", "agent_tool"]


def test_half_a_line_is_a_sign_of_life(tmp_path: Path) -> None:
    heard = Heard(tmp_path, ClaudeReader())
    line = to_stream(begins())
    heard.write(line[:10])
    assert heard.look()
    assert heard.names == []
    heard.write(line[10:])
    assert heard.look()
    assert heard.names == ["agent_session"]


def test_an_earlier_attempt_is_passed_over(tmp_path: Path) -> None:
    heard = Heard(tmp_path, ClaudeReader(), before=to_stream(begins("earlier")))
    heard.write(to_stream(begins("mine")))
    heard.look()
    assert [it.details["session"] for it in heard.events] == ["mine"]


def test_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    heard = Heard(tmp_path, ClaudeReader(), before=None)
    assert not heard.look()
    heard.write(to_stream(begins()))
    assert heard.look()
    assert heard.listener.standing.session == SESSION


def test_a_flood_does_not_keep_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Supervision goes first; what is left is heard in the end."""
    monkeypatch.setattr(listen, "_PIECE", 64)
    heard = Heard(tmp_path, ClaudeReader())
    heard.write(to_stream(begins(), *(turn(n) for n in range(100)), ends()))
    heard.look()
    told = len(heard.events)
    assert 0 < told < 20
    heard.listener.drain()
    assert heard.names[-1] == "agent_usage"
    assert heard.names.count("agent_turn") == 100


def diary_of(folder: Path, session: str, day: str = "20") -> Path:
    path = folder / f".codex/sessions/2026/11/{day}/rollout-2026-{session}.jsonl"
    path.parent.mkdir(parents=True)
    return path


def test_a_diary_is_read_as_it_grows(tmp_path: Path) -> None:
    """It may come after the session is known, and tell more than the stream."""
    heard = Heard(tmp_path, CodexReader())
    lines = recorded("codex-code.diary").splitlines(keepends=True)
    begin = {**codex_begins(), "thread_id": RECORDED_SESSION}
    heard.write(to_stream(begin))
    assert heard.look()
    assert heard.listener.standing.usage.turns == 0

    diary = diary_of(tmp_path, RECORDED_SESSION)
    diary.write_bytes(b"".join(lines[:15]))
    assert heard.look()
    assert heard.listener.standing.usage.turns == 1
    assert heard.listener.standing.usage.tokens == 1050
    assert heard.listener.standing.model == "gpt-6.1-sol"

    with diary.open("ab") as file:
        file.writelines(lines[15:])
    assert heard.look()
    assert not heard.look()
    usage = heard.listener.standing.usage
    assert (usage.turns, usage.tools, usage.tokens) == (3, 2, 3150)


def test_the_diary_of_another_session_is_not_read(tmp_path: Path) -> None:
    heard = Heard(tmp_path, CodexReader())
    diary_of(tmp_path, RECORDED_SESSION).write_bytes(recorded("codex-code.diary"))
    heard.write(to_stream(codex_begins(), codex_says("Done."), codex_ends(7, 0, 2)))
    heard.listener.drain()
    assert heard.listener.standing.usage.tokens == 9


def test_of_two_diaries_the_latest(tmp_path: Path) -> None:
    heard = Heard(tmp_path, CodexReader())
    lines = recorded("codex-code.diary").splitlines(keepends=True)
    diary_of(tmp_path, RECORDED_SESSION, "19").write_bytes(b"".join(lines))
    diary_of(tmp_path, RECORDED_SESSION, "20").write_bytes(b"".join(lines[:15]))
    heard.write(to_stream({**codex_begins(), "thread_id": RECORDED_SESSION}))
    heard.listener.drain()
    assert heard.listener.standing.usage.turns == 1
