"""The adapter for codex: words, streams, diaries and verdicts."""

from __future__ import annotations

import tomllib
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest

from runner.agents.base import Told
from runner.agents.codex import CodexAgent
from runner.agents.codex_stream import CodexReader
from runner.agents.registry import adapter
from runner.agents.stream import ABOUT_LENGTH, MESSAGE_LENGTH
from runner.model.errors import AgentUnavailableError, Code
from runner.model.job import AgentSpec, ThinkingMode
from runner.model.receipt import Usage
from runner.model.role import ADMIN, BUILT_IN_ROLES, MEMBER
from tests.helpers.asked import SCRATCH, SERVERS, asked
from tests.helpers.streams import (
    by_bytes,
    read,
    recorded,
)

if TYPE_CHECKING:
    from pathlib import Path

    from runner.agents.base import AgentRequest

LIMIT_RESET = 1_795_199_704
"""What the diary of `case-codex-limit` tells."""

PERMISSIONS = {
    "admin": ("--dangerously-bypass-approvals-and-sandbox",),
    "member": ("--sandbox", "workspace-write", "--ignore-rules"),
    "viewer": ("--sandbox", "read-only", "--ignore-rules"),
}
CONFINED = (
    *("-c", "sandbox_workspace_write.exclude_slash_tmp=true"),
    *("-c", "sandbox_workspace_write.exclude_tmpdir_env_var=true"),
)
THINKING = {
    ThinkingMode.FAST: ("gpt-6-luna", "low"),
    ThinkingMode.MED: ("gpt-6.1-sol", "medium"),
    ThinkingMode.SLOW: ("gpt-6-astra", "high"),
}


@pytest.fixture
def request_(tmp_path: Path) -> AgentRequest:
    """What is asked of a codex that is installed."""
    return asked(tmp_path, "codex")


FAILED = "exit code 3: ls: cannot access 'nope': No such file or directory"


def words(request: AgentRequest) -> tuple[str, ...]:
    """The command line without the program."""
    return CodexAgent().command(request).argv[1:]


def settings(request: AgentRequest) -> dict[str, object]:
    """What the options `-c` mean, read as Codex reads them."""
    said = words(request)
    pairs = [then for word, then in pairwise(said) if word == "-c"]
    return {key: value for it in pairs for key, value in tomllib.loads(it).items()}


def diary(name: str) -> bytes:
    return recorded(f"{name}.diary")


def event(**fields: object) -> bytes:
    return msgspec.json.encode(fields) + b"\n"


def second_task_ms() -> int:
    """When the attempt of `codex-resumed` began, by its diary."""
    lines = [msgspec.json.decode(it) for it in diary("codex-resumed").splitlines()]
    starts = [it for it in lines if it["payload"].get("type") == "task_started"]
    return int(datetime.fromisoformat(starts[1]["timestamp"]).timestamp() * 1000)


@pytest.mark.parametrize("mode", ThinkingMode)
@pytest.mark.parametrize("role", PERMISSIONS)
def test_the_whole_command_line(
    request_: AgentRequest, role: str, mode: ThinkingMode
) -> None:
    spec = AgentSpec("codex", mode)
    command = CodexAgent().command(
        request_._replace(role=BUILT_IN_ROLES[role], agent=spec)
    )
    model, effort = THINKING[mode]
    assert command.argv == (
        f"{request_.environment['PATH']}/codex",
        *("exec", "--json", "--skip-git-repo-check", "--ignore-user-config"),
        *("--disable", "plugins", "--disable", "unbounded_connection_retries"),
        *PERMISSIONS[role],
        *("-m", model, "-c", "analytics.enabled=false"),
        *(CONFINED if role == "member" else ()),
        *("-c", f'model_reasoning_effort="{effort}"', "-"),
    )
    assert command.model == model
    assert command.environment == {}
    assert command.files == {}


def test_a_model_by_name_keeps_the_effort(request_: AgentRequest) -> None:
    spec = AgentSpec("codex", ThinkingMode.SLOW, model="gpt-5.5")
    request = request_._replace(agent=spec)
    said = words(request)
    assert said[said.index("-m") + 1] == "gpt-5.5"
    assert settings(request)["model_reasoning_effort"] == "high"


def test_it_goes_on_with_a_session_under_the_same_options(
    request_: AgentRequest,
) -> None:
    role = msgspec.structs.replace(MEMBER, agent_flags={"codex": ("-c", "x=1")})
    request = request_._replace(role=role, args=("--color", "never"))
    fresh = words(request)
    assert fresh[-5:] == ("-c", "x=1", "--color", "never", "-")
    resumed = words(request._replace(resume="01a1-f8"))
    assert resumed == (*fresh[:-1], "resume", "01a1-f8", "-")


def test_servers_are_told_in_settings(request_: AgentRequest) -> None:
    """None of their variables is: neither in the words nor in Codex's own."""
    request = request_._replace(servers=SERVERS)
    command = CodexAgent().command(request)
    told = settings(request)
    assert told["mcp_optional_startup_grace_ms"] == 10_000
    assert told["mcp_servers"] == {
        "team": {
            "command": "/bin/sh",
            "args": [f"{SCRATCH}/mcp-1.sh"],
            "default_tools_approval_mode": "approve",
        }
    }
    assert command.environment == {}
    assert command.files["mcp-1.sh"].endswith(b"exec /bin/team --all\n")


def test_a_missing_program_is_told_with_how_to_get_it(request_: AgentRequest) -> None:
    lost = request_._replace(environment={"PATH": "/nowhere"}, role=ADMIN)
    with pytest.raises(AgentUnavailableError) as caught:
        adapter(AgentSpec("codex")).command(lost)
    assert "npm install -g @openai/codex" in caught.value.hint


def test_what_a_rich_run_told() -> None:
    reading = read(CodexReader(), [recorded("codex-rich")])
    assert reading.standing.session == "01a1f83f-d30d-73f2-881d-6d1845538dbd"
    assert reading.standing.usage == Usage(6000, 1800, 300, turns=1, tools=4)
    assert reading.standing.cost_usd is None
    tools = [it.details for it in reading.events if it.told is Told.TOOL]
    assert tools == [
        {
            "tool": "command_execution",
            "about": "/bin/bash -lc 'echo hello > proof.txt'",
        },
        {"tool": None, "ok": True, "of": "command_execution"},
        {"tool": "command_execution", "about": "/bin/bash -lc 'ls nope; exit 3'"},
        {"tool": None, "ok": False, "of": "command_execution", "why": FAILED},
        {"tool": "file_change", "about": "/home/op/project/w.txt"},
        {"tool": None, "ok": True, "of": "file_change"},
        *({"tool": "tc/ping"}, {"tool": None, "ok": True, "of": "tc/ping"}),
    ]


def test_an_answer_is_what_comes_after_the_last_tool() -> None:
    item = {"id": "9", "type": "web_search", "status": "completed"}
    *lines, end = recorded("codex").splitlines(keepends=True)
    searched = event(type="item.completed", item=item)
    answer = read(CodexReader(), [*lines, searched, end]).answer
    assert answer.text == ""
    assert answer.error is not None
    assert answer.error.code == Code.AGENT_NO_ANSWER


def test_trouble_that_went_well_again_is_a_notice() -> None:
    lines = recorded("codex").splitlines(keepends=True)
    trouble = event(type="error", message="Reconnecting... 1/5")
    reading = read(CodexReader(), [*lines[:3], trouble, *lines[3:]])
    assert reading.answer.error is None
    notices = [it.details["message"] for it in reading.events if it.told is Told.NOTICE]
    assert notices[-1] == "Reconnecting... 1/5"


def test_where_the_diary_is() -> None:
    reader = CodexReader()
    assert reader.diary({"HOME": "/home/op"}) is None
    reader.feed(event(type="thread.started", thread_id="01a1-f8"))
    name = "sessions/*/*/*/rollout-*-01a1-f8.jsonl"
    assert reader.diary({"HOME": "/home/op"}) == f"/home/op/.codex/{name}"
    assert reader.diary({"HOME": "/h", "CODEX_HOME": "/a[b"}) == f"/a[[]b/{name}"
    assert reader.diary({}) is None


def test_a_session_that_is_no_name_has_no_diary() -> None:
    reader = CodexReader()
    reader.feed(event(type="thread.started", thread_id="../*"))
    assert reader.diary({"HOME": "/home/op"}) is None


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("codex-code", Usage(3000, 900, 150, turns=3, tools=3)),
        ("case-codex-denied", Usage(2000, 600, 100, turns=2, tools=1)),
        ("case-codex-limit", Usage(turns=0, tools=0)),
    ],
)
def test_stream_and_diary_are_not_added_up(name: str, usage: Usage) -> None:
    reader = CodexReader()
    reader.feed_diary(diary(name))
    reader.feed(recorded(name))
    assert reader.standing.usage == usage


def test_the_diary_tells_live() -> None:
    reader = CodexReader()
    session, *_ = recorded("codex-code").splitlines(keepends=True)
    reader.feed(session)
    events = reader.feed_diary(diary("codex-code"))
    thread = reader.standing.session
    assert events[0].details == {"session": thread, "model": "gpt-6.1-sol"}
    turns = [it.details["turn"] for it in events if it.told is Told.TURN]
    assert turns == [1, 2, 3]
    assert reader.standing.usage == Usage(3000, 900, 150, turns=3, tools=2)


def test_the_diary_reads_the_same_byte_by_byte() -> None:
    whole, cut = CodexReader(), CodexReader()
    events = whole.feed_diary(diary("codex-code"))
    pieces = [
        it for byte in by_bytes(diary("codex-code")) for it in cut.feed_diary(byte)
    ]
    assert whole.standing == cut.standing
    assert [it for it in pieces if it.told is Told.TURN] == [
        it for it in events if it.told is Told.TURN
    ]


def test_a_tool_that_the_sandbox_stopped_is_counted_by_the_diary() -> None:
    reader = CodexReader()
    reader.feed(recorded("case-codex-denied"))
    assert reader.standing.usage.tools == 0
    reader.feed_diary(diary("case-codex-denied"))
    assert reader.standing.usage.tools == 1


def test_a_resumed_run_counts_only_itself() -> None:
    reader = CodexAgent().reader(resumed_ms=second_task_ms())
    for line in diary("codex-resumed").splitlines(keepends=True):
        reader.feed_diary(line)
    reading = read(reader, [recorded("codex-resumed")])
    assert reading.standing.usage == Usage(1000, 300, 50, turns=1, tools=0)
    assert reading.standing.model == "gpt-5.5"


def test_a_resumed_run_without_its_diary_tells_no_tokens() -> None:
    reader = CodexReader(second_task_ms())
    assert read(reader, [recorded("codex-resumed")]).standing.usage.tokens is None


def test_a_limit_tells_when_it_ends() -> None:
    reader = CodexReader()
    reader.feed_diary(diary("case-codex-limit"))
    answer = read(reader, [recorded("case-codex-limit")], 1).answer
    assert answer.resets_at == LIMIT_RESET
    assert answer.error is not None
    assert answer.error.code == Code.AGENT_UNAVAILABLE
    assert reader.answer(1, LIMIT_RESET).resets_at is None


def test_a_limit_that_ended_no_work_is_nothing() -> None:
    reader = CodexReader()
    reader.feed_diary(diary("case-codex-limit"))
    answer = read(reader, [recorded("codex")]).answer
    assert answer.error is None
    assert answer.resets_at is None


@pytest.mark.parametrize(
    "line",
    [
        b"rubbish\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b"x" * 1_000_000 + b"\n",
        event(type="unheard_of", item=1),
        event(type="item.completed", item=None),
        event(type="token_usage_record", timestamp="never", payload={}),
    ],
)
def test_lines_that_say_nothing_change_nothing(line: bytes) -> None:
    lines = recorded("codex").splitlines(keepends=True)
    mixed = [line, *(part for it in lines for part in (it, line))]
    assert read(CodexReader(), mixed) == read(CodexReader(), lines)
    reader = CodexReader()
    assert list(reader.feed_diary(line)) == []
    assert reader.standing == CodexReader().standing


def test_foreign_text_is_kept_in_part() -> None:
    long = "x" * 9999
    said = event(type="item.completed", item={"type": "agent_message", "text": long})
    tool = {"id": "1", "type": "mcp_tool_call", "server": long, "tool": "t"}
    began = event(type="item.started", item=tool)
    message, call = read(CodexReader(), [said, began]).events
    assert message.details == {"text": "x" * MESSAGE_LENGTH}
    assert call.details == {"tool": "x" * ABOUT_LENGTH}
