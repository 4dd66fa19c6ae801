"""The adapter for claude: words, files, streams and verdicts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from runner.agents.base import Told
from runner.agents.claude import ClaudeAgent
from runner.agents.claude_stream import ClaudeReader
from runner.agents.registry import adapter
from runner.agents.stream import ABOUT_LENGTH, MESSAGE_LENGTH
from runner.model.budget import Budget
from runner.model.errors import AgentUnavailableError, Code
from runner.model.job import AgentSpec, ThinkingMode
from runner.model.receipt import Usage
from runner.model.role import ADMIN, BUILT_IN_ROLES, MEMBER, VIEWER
from tests.helpers.asked import SCRATCH, SERVERS, asked
from tests.helpers.streams import (
    NOW,
    read,
    recorded,
)

if TYPE_CHECKING:
    from pathlib import Path

    from runner.agents.base import AgentRequest
    from runner.model.role import Role

RESET = 1_795_199_649
"""What `case-claude-limit` tells."""

OWN_SETTINGS = ("--setting-sources=user", "--add-dir=/project")
READS_CLAUDE_MD = {"CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD": "1"}

PERMISSIONS = {
    "admin": ("--dangerously-skip-permissions",),
    "member": (
        *("--permission-mode", "acceptEdits"),
        *("--tools", "Bash,Read,Grep,Glob,Edit,Write", "--allowedTools", "Bash"),
        *OWN_SETTINGS,
    ),
    "viewer": (
        *("--permission-mode", "dontAsk", "--tools", "Read,Grep,Glob"),
        *OWN_SETTINGS,
    ),
}
THINKING = {
    ThinkingMode.FAST: ("haiku", "low"),
    ThinkingMode.MED: ("sonnet", "medium"),
    ThinkingMode.SLOW: ("opus", "high"),
}


@pytest.fixture
def request_(tmp_path: Path) -> AgentRequest:
    """What is asked of a claude that is installed."""
    return asked(tmp_path, "claude")


FAILED = "Exit code 3 ls: cannot access 'nope': No such file or directory"
UNKNOWN = "Error: No such tool available: NoSuchTool"


def words(request: AgentRequest) -> tuple[str, ...]:
    """The command line without the program."""
    return ClaudeAgent().command(request).argv[1:]


def event(**fields: object) -> bytes:
    return msgspec.json.encode(fields) + b"\n"


@pytest.mark.parametrize("mode", ThinkingMode)
@pytest.mark.parametrize("role", PERMISSIONS)
def test_the_whole_command_line(
    request_: AgentRequest, role: str, mode: ThinkingMode
) -> None:
    spec = AgentSpec("claude", mode)
    command = ClaudeAgent().command(
        request_._replace(role=BUILT_IN_ROLES[role], agent=spec)
    )
    model, effort = THINKING[mode]
    assert command.argv == (
        f"{request_.environment['PATH']}/claude",
        *("-p", "--output-format", "stream-json", "--verbose"),
        *PERMISSIONS[role],
        "--strict-mcp-config",
        *("--model", model, "--effort", effort),
    )
    assert command.model == model
    assert command.files == {}
    assert command.environment == {
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "MCP_TIMEOUT": "10000",
        **(READS_CLAUDE_MD if role != "admin" else {}),
    }


def test_a_model_by_name_keeps_the_effort(request_: AgentRequest) -> None:
    spec = AgentSpec("claude", ThinkingMode.SLOW, model="claude-sonnet-5-5")
    said = words(request_._replace(agent=spec))
    assert said[-4:] == ("--model", "claude-sonnet-5-5", "--effort", "high")


def test_root_needs_a_word_to_skip_permissions(request_: AgentRequest) -> None:
    full = ClaudeAgent().command(request_._replace(as_root=True, role=ADMIN))
    assert full.environment["IS_SANDBOX"] == "1"
    member = ClaudeAgent().command(request_._replace(as_root=True, role=MEMBER))
    assert "IS_SANDBOX" not in member.environment


def test_a_budget_becomes_its_own_limits(request_: AgentRequest) -> None:
    spec = AgentSpec("claude", budget=Budget(usd=0.5, turns=40, tokens=9))
    said = words(request_._replace(agent=spec))
    assert said[-4:] == ("--max-turns", "40", "--max-budget-usd", "0.5")


def test_it_goes_on_with_a_session(request_: AgentRequest) -> None:
    said = words(request_._replace(resume="4f28-1a"))
    assert said[4] == "--resume=4f28-1a"


def test_more_words_come_last_and_feed_no_list(request_: AgentRequest) -> None:
    role = msgspec.structs.replace(MEMBER, agent_flags={"claude": ("--betas", "x")})
    said = words(request_._replace(role=role, args=("--debug",), servers=SERVERS))
    assert said[-3:] == ("--betas", "x", "--debug")
    assert said[-5:-3] == ("--effort", "medium")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(MEMBER, "Bash,mcp__team,mcp__a_b"), (VIEWER, "mcp__team,mcp__a_b")],
)
def test_tools_of_servers_need_no_approval(
    request_: AgentRequest, role: Role, allowed: str
) -> None:
    servers = {**SERVERS, "a,b": SERVERS["team"]}
    said = words(request_._replace(role=role, servers=servers))
    assert said[said.index("--allowedTools") + 1] == allowed


def test_servers_are_told_in_a_file(request_: AgentRequest) -> None:
    command = ClaudeAgent().command(request_._replace(servers=SERVERS))
    assert f"--mcp-config={SCRATCH}/claude-mcp.json" in command.argv
    assert "--strict-mcp-config" in command.argv
    assert json.loads(command.files["claude-mcp.json"]) == {
        "mcpServers": {"team": {"command": "/bin/sh", "args": [f"{SCRATCH}/mcp-1.sh"]}}
    }
    assert command.files["mcp-1.sh"].endswith(b"exec /bin/team --all\n")


def test_a_missing_program_is_told_with_how_to_get_it(request_: AgentRequest) -> None:
    lost = request_._replace(environment={"PATH": "/nowhere"})
    with pytest.raises(AgentUnavailableError) as caught:
        adapter(AgentSpec("claude")).command(lost)
    assert "npm install -g @anthropic-ai/claude-code" in caught.value.hint


def test_what_a_rich_run_told() -> None:
    reading = read(ClaudeReader(), [recorded("claude-rich")])
    assert reading.standing == (
        "fa447bfc-fe78-4185-97ad-6000924a48d5",
        "claude-opus-5-5",
        Usage(9000, 1800, 300, turns=6, tools=5),
        0.03636,
    )
    tools = [it.details for it in reading.events if it.told is Told.TOOL]
    assert tools == [
        {"tool": "Bash", "about": "echo hello > proof.txt"},
        {"tool": None, "ok": True, "of": "Bash"},
        {"tool": "Bash", "about": "ls nope; exit 3"},
        {"tool": None, "ok": False, "of": "Bash", "why": FAILED},
        {"tool": "Write", "about": "/home/op/project/w.txt"},
        {"tool": None, "ok": True, "of": "Write"},
        {"tool": "mcp__tc__ping"},
        {"tool": None, "ok": True, "of": "mcp__tc__ping"},
        {"tool": "NoSuchTool"},
        {"tool": None, "ok": False, "of": "NoSuchTool", "why": UNKNOWN},
    ]
    turns = [it.details["turn"] for it in reading.events if it.told is Told.TURN]
    assert turns == [1, 2, 3, 4, 5, 6]
    assert reading.events[-2].details == {"text": "All done: proof.txt written."}
    assert reading.events[-1].details["cost_usd"] == 0.03636


def test_a_resumed_run_costs_what_it_used_itself() -> None:
    standing = read(ClaudeReader(), [recorded("claude-resumed")]).standing
    assert standing.usage == Usage(1500, 300, 50, turns=1, tools=0)
    assert standing.cost_usd == 0.00606


def test_several_results_add_up() -> None:
    first, *_, last = recorded("claude-resumed").splitlines(keepends=True)
    standing = read(ClaudeReader(), [first, last, last]).standing
    assert standing.usage.output_tokens == 100
    assert standing.cost_usd == 0.01212


def test_tokens_that_were_read_are_told_live() -> None:
    *lines, _result = recorded("claude").splitlines(keepends=True)
    standing = read(ClaudeReader(), lines).standing
    assert standing.usage.input_tokens == 3000
    assert standing.cost_usd is None


def test_an_error_that_it_words_itself_is_no_turn() -> None:
    reading = read(ClaudeReader(), [recorded("case-claude-err401")], 1)
    assert reading.standing.usage == Usage(0, 0, 0, turns=0, tools=0)
    assert Told.MESSAGE not in {it.told for it in reading.events}


def test_a_result_is_no_end_if_work_goes_on_after_it() -> None:
    *lines, last, result = recorded("claude").splitlines(keepends=True)
    assert read(ClaudeReader(), [*lines, last, result]).answer.error is None
    assert read(ClaudeReader(), [*lines, result, last]).answer.error is not None


def test_retries_are_notices() -> None:
    events = read(ClaudeReader(), [recorded("case-claude-err500")], 1).events
    notices = [it.details["message"] for it in events if it.told is Told.NOTICE]
    assert notices[0] == "attempt 1 of 10 failed: server_error (500)"
    assert len(notices) == 10


def test_a_limit_tells_when_it_ends() -> None:
    stream = [recorded("case-claude-limit")]
    assert read(ClaudeReader(), stream, 1).answer.resets_at == RESET
    late = read(ClaudeReader(), stream, 1, now=RESET).answer
    assert late.resets_at is None
    assert late.error is not None
    assert late.error.code == Code.JOB_EXECUTION_FAILED


def test_a_limit_that_ended_no_work_is_nothing() -> None:
    info = {"status": "rejected", "resetsAt": NOW + 60}
    limit = event(type="rate_limit_event", rate_limit_info=info)
    answer = read(ClaudeReader(), [limit, recorded("claude")]).answer
    assert answer.error is None
    assert answer.resets_at is None


@pytest.mark.parametrize(
    "line",
    [
        b"rubbish\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b"x" * 1_000_000 + b"\n",
        event(type="unheard_of", message=1),
        event(type="assistant", message=None),
        event(type="result", result=7),
    ],
)
def test_lines_that_say_nothing_change_nothing(line: bytes) -> None:
    lines = recorded("claude").splitlines(keepends=True)
    mixed = [line, *(part for it in lines for part in (it, line))]
    assert read(ClaudeReader(), mixed) == read(ClaudeReader(), lines)


def test_foreign_text_is_kept_in_part() -> None:
    parts = [
        {"type": "text", "text": "x" * 9999},
        {"type": "tool_use", "name": "y" * 9999},
    ]
    said = event(type="assistant", message={"id": "1", "model": "m", "content": parts})
    _turn, text, tool = read(ClaudeReader(), [said]).events
    assert text.details == {"text": "x" * MESSAGE_LENGTH}
    assert tool.details == {"tool": "y" * ABOUT_LENGTH}
