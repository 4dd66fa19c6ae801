"""What an agent tells, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.engine.agent.log import STREAM, AgentLog, in_words
from runner.store.events import EventLog, parse

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.errors import Json


@pytest.mark.parametrize(
    ("event", "details", "words"),
    [
        ("agent_session", {"session": "s", "model": "opus"}, "# session s, opus"),
        ("agent_session", {"session": "s"}, "# session s"),
        ("agent_session", {"session": "s", "model": None}, "# session s"),
        ("agent_tool", {"tool": "Bash"}, "> Bash"),
        ("agent_tool", {"tool": "Bash", "about": "ls -l"}, "> Bash: ls -l"),
        ("agent_tool", {"tool": None, "ok": True}, ""),
        ("agent_tool", {"tool": None, "ok": False}, "! the call failed"),
        ("agent_message", {"text": "All done."}, "All done."),
        ("agent_notice", {"message": "try again"}, "! try again"),
        ("agent_budget", {"budget": "4 of 5 turns"}, "! budget: 4 of 5 turns"),
        ("agent_turn", {"turn": 1}, ""),
        ("agent_usage", {"cost_usd": 1.0}, ""),
        ("run_ended", {"status": "succeeded"}, ""),
    ],
)
def test_an_event_in_words(event: str, details: dict[str, Json], words: str) -> None:
    assert in_words(event, details) == words


def test_whole_lines_and_where_they_are(tmp_path: Path) -> None:
    """A second writer goes on where the first one stopped."""
    path, marks = tmp_path / "agent.log", tmp_path / "events.jsonl"
    events = EventLog(marks)
    for texts in (["one", "", "two\nlines\n\n"], ["\N{SNOWMAN}\udcff"]):
        log = AgentLog(path, events)
        for text in texts:
            log.write(1000, text)
        log.close()
    events.close()

    written = path.read_bytes()
    assert written == "one\ntwo\nlines\n\N{SNOWMAN}?\n".encode()
    found = [
        (it["stream"], it["offset"], it["bytes"]) for it in parse(marks.read_bytes())
    ]
    assert found == [(STREAM, 0, 4), (STREAM, 4, 10), (STREAM, 14, 5)]
    assert path.stat().st_mode & 0o077 == 0
