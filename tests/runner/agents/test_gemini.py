"""The adapter for gemini: words, files, streams and verdicts."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest

from runner.agents.base import AgentRequest, Served, Told
from runner.agents.gemini import GeminiAgent, GeminiReader
from runner.agents.registry import adapter
from runner.model.budget import Budget
from runner.model.errors import AgentUnavailableError, Code
from runner.model.job import AgentSpec, ThinkingMode
from runner.model.receipt import Usage
from runner.model.role import ADMIN, MEMBER, VIEWER, Role
from tests.helpers.streams import NOW, by_bytes, read, recorded

if TYPE_CHECKING:
    from pathlib import Path

SERVERS = {"team": Served(("/bin/team", "--all"), {"TELECLAUDE_JOB_ROLE": "viewer"})}


@pytest.fixture
def request_(tmp_path: Path) -> AgentRequest:
    """What is asked of a gemini that is installed."""
    program = tmp_path / "bin" / "gemini"
    program.parent.mkdir()
    program.touch(mode=0o755)
    return AgentRequest(
        job_id="review",
        agent=AgentSpec("gemini"),
        role=ADMIN,
        run_id="20261120T060000Z-7f3k9q",
        root="/project",
        prompt_file="/runs/prompt.md",
        scratch="/scratch",
        args=(),
        environment={"PATH": str(program.parent)},
    )


def words(request: AgentRequest) -> list[str]:
    return list(GeminiAgent().command(request).argv[1:])


def event(kind: str, **fields: object) -> bytes:
    return json.dumps({"type": kind, **fields}).encode() + b"\n"


def failed(message: str, kind: str = "unknown") -> bytes:
    """A stream that ends in an error, as gemini tells one."""
    error = {"type": kind, "message": message}
    return event("init", session_id="s") + event("result", status="error", error=error)


@pytest.mark.parametrize(
    ("mode", "model"),
    [
        (ThinkingMode.FAST, "flash-lite"),
        (ThinkingMode.MED, "flash"),
        (ThinkingMode.SLOW, "pro"),
    ],
)
@pytest.mark.parametrize(
    ("role", "permission"),
    [
        (ADMIN, ["--yolo"]),
        (MEMBER, ["--approval-mode=default", "--policy=/scratch/gemini-policy.toml"]),
        (VIEWER, ["--approval-mode=default", "--policy=/scratch/gemini-policy.toml"]),
    ],
    ids=lambda value: value.name if isinstance(value, Role) else "",
)
def test_command_line_of_each_role_and_thinking_mode(
    request_: AgentRequest,
    role: Role,
    permission: list[str],
    mode: ThinkingMode,
    model: str,
) -> None:
    agent = AgentSpec("gemini", thinking_mode=mode)
    command = GeminiAgent().command(request_._replace(role=role, agent=agent))
    assert command.argv[0] == f"{request_.environment['PATH']}/gemini"
    assert list(command.argv[1:]) == [
        *permission,
        "--allowed-mcp-server-names=none",
        "--skip-trust",
        "--output-format=stream-json",
        f"--model={model}",
    ]
    assert command.model == model
    assert command.environment == {
        "GEMINI_CLI_NO_RELAUNCH": "true",
        **({"GEMINI_CLI_TRUST_WORKSPACE": "false"} if role is not ADMIN else {}),
    }


def test_flags_come_last_after_the_session(request_: AgentRequest) -> None:
    role = Role("admin", ADMIN.profile, agent_flags={"gemini": ("--debug",)})
    asked = request_._replace(role=role, resume="abc", args=("--include", "x"))
    assert words(asked)[-4:] == ["--resume=abc", "--debug", "--include", "x"]


def test_named_model_is_taken(request_: AgentRequest) -> None:
    agent = AgentSpec("gemini", model="gemini-2.5-pro")
    assert "--model=gemini-2.5-pro" in words(request_._replace(agent=agent))


def test_missing_program_says_how_to_get_it(request_: AgentRequest) -> None:
    with pytest.raises(AgentUnavailableError) as refusal:
        GeminiAgent().command(request_._replace(environment={"PATH": "/nowhere"}))
    assert "npm install" in refusal.value.hint


def test_it_is_registered() -> None:
    assert isinstance(adapter(AgentSpec("gemini")), GeminiAgent)


def rules(request: AgentRequest) -> list[dict[str, object]]:
    body = GeminiAgent().command(request).files["gemini-policy.toml"]
    found = tomllib.loads(body.decode())["rule"]
    assert isinstance(found, list)
    return found


def test_full_profile_has_no_policy(request_: AgentRequest) -> None:
    assert not GeminiAgent().command(request_).files


def test_viewer_is_offered_reading_alone(request_: AgentRequest) -> None:
    allow, deny = rules(request_._replace(role=VIEWER))
    assert not {"run_shell_command", "write_file", "replace", "web_fetch"} & set(
        tools_of(allow)
    )
    assert (deny["toolName"], deny["decision"]) == ("*", "deny")


def test_member_may_use_the_shell_and_write_inside(request_: AgentRequest) -> None:
    asked = request_._replace(role=MEMBER)
    assert {"run_shell_command", "write_file", "replace"} <= set(
        tools_of(rules(asked)[0])
    )
    body = GeminiAgent().command(asked).files["gemini-policy.toml"]
    (checker,) = tomllib.loads(body.decode())["safety_checker"]
    assert checker["toolName"] == ["replace", "write_file"]
    assert checker["checker"]["name"] == "allowed-path"


def tools_of(rule: dict[str, object]) -> list[str]:
    tools = rule["toolName"]
    assert isinstance(tools, list)
    return tools


def test_servers_are_let_through_the_policy(request_: AgentRequest) -> None:
    asked = request_._replace(role=VIEWER, servers=SERVERS)
    server = rules(asked)[1]
    assert (server["mcpName"], server["decision"]) == ("team", "allow")


def test_servers_of_the_operator_need_their_names(request_: AgentRequest) -> None:
    """Without a key his login, and so his settings, are needed."""
    command = GeminiAgent().command(request_._replace(servers=SERVERS))
    assert "--allowed-mcp-server-names=team" in command.argv
    assert "GEMINI_CLI_HOME" not in command.environment


def test_key_in_the_environment_allows_a_home_with_servers(
    request_: AgentRequest,
) -> None:
    environment = {**request_.environment, "GEMINI_API_KEY": "k"}
    agent = AgentSpec("gemini", budget=Budget(turns=7))
    command = GeminiAgent().command(
        request_._replace(environment=environment, servers=SERVERS, agent=agent)
    )
    assert command.environment["GEMINI_CLI_HOME"] == "/scratch/gemini-home"
    assert json.loads(command.files["gemini-home/.gemini/settings.json"]) == {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "model": {"maxSessionTurns": 7},
        "mcpServers": {
            "team": {
                "command": "/bin/sh",
                "args": ["/scratch/mcp-1.sh"],
                "timeout": 30_000,
            }
        },
    }
    assert command.files["mcp-1.sh"].endswith(b"exec /bin/team --all\n")


def test_session_is_lost_with_such_a_home(request_: AgentRequest) -> None:
    environment = {**request_.environment, "GEMINI_API_KEY": "k"}
    asked = request_._replace(environment=environment, servers=SERVERS, resume="abc")
    with pytest.raises(AgentUnavailableError):
        GeminiAgent().command(asked)


@pytest.mark.parametrize("exit_code", [1, None])
def test_an_answer_needs_an_exit_code_of_zero(exit_code: int | None) -> None:
    error = read(GeminiReader(), [recorded("gemini")], exit_code).answer.error
    assert error is not None
    assert error.code == Code.JOB_EXECUTION_FAILED


def test_rich_stream_tells_everything() -> None:
    reading = read(GeminiReader(), [recorded("gemini-rich")])
    assert reading.answer.text == "All done: proof.txt written."
    assert reading.standing.session == "3423a8b3-43dc-4684-b4c8-a0ec8b33e0c8"
    assert reading.standing.model == "mock"
    assert reading.standing.cost_usd is None
    assert reading.standing.usage == Usage(6000, 1800, 300, turns=6, tools=5)
    tools = [e.details for e in reading.events if e.told is Told.TOOL]
    assert tools[0] == {
        "tool": "run_shell_command",
        "about": "echo hello > proof.txt",
    }
    assert [end["ok"] for end in tools[1::2]] == [True, True, True, True, False]
    turns = [e.details["turn"] for e in reading.events if e.told is Told.TURN]
    assert turns == [1, 2, 3, 4, 5, 6]


def test_calls_at_once_are_one_turn() -> None:
    stream = b"".join(
        (
            *(event("tool_use", tool_name="glob", tool_id=i) for i in "ab"),
            *(event("tool_result", tool_id=i, status="success") for i in "ab"),
            event("message", role="assistant", content="Done."),
        )
    )
    usage = read(GeminiReader(), [stream]).standing.usage
    assert (usage.turns, usage.tools) == (2, 2)


def test_what_it_thought_is_output() -> None:
    stats = {"total_tokens": 160, "input_tokens": 100, "output_tokens": 20}
    usage = read(
        GeminiReader(), [event("result", status="success", stats=stats)]
    ).standing.usage
    assert usage.output_tokens == 60


def test_answer_is_what_it_said_last() -> None:
    stream = b"".join(
        (
            event("message", role="assistant", content="Let me look."),
            event("tool_use", tool_name="glob", tool_id="a"),
            event("tool_result", tool_id="a", status="success"),
            event("message", role="assistant", content="All is "),
            event("message", role="assistant", content="well."),
            event("result", status="success"),
        )
    )
    assert read(GeminiReader(), by_bytes(stream)).answer.text == "All is well."


def test_loop_that_gemini_stopped_is_a_failure() -> None:
    stream = b"".join(
        (
            event("message", role="assistant", content="Again."),
            event("error", severity="warning", message="Loop detected"),
            event("result", status="success"),
        )
    )
    error = read(GeminiReader(), [stream]).answer.error
    assert error is not None
    assert error.message == "Loop detected"


def test_block_by_the_provider_is_a_refusal() -> None:
    blocked = "The model response was blocked due to safety settings."
    stream = event("error", severity="error", message=blocked)
    stream += event("result", status="error")
    error = read(GeminiReader(), [stream]).answer.error
    assert error is not None
    assert (error.code, error.message) == (Code.AGENT_NO_ANSWER, blocked)


@pytest.mark.parametrize(
    ("tool", "kind", "code"),
    [
        ("write_file", "policy_violation", Code.JOB_POLICY_DENIED),
        ("run_shell_command", "tool_not_registered", Code.JOB_POLICY_DENIED),
        ("no_such_tool", "tool_not_registered", Code.AGENT_NO_ANSWER),
    ],
)
def test_denied_tool_that_ended_the_run(tool: str, kind: str, code: Code) -> None:
    stream = b"".join(
        (
            event("tool_use", tool_name=tool, tool_id="a"),
            event("tool_result", tool_id="a", status="error", error={"type": kind}),
            event("result", status="success"),
        )
    )
    error = read(GeminiReader(), [stream]).answer.error
    assert error is not None
    assert error.code == code


def test_exit_code_alone_tells_of_the_limit_of_turns() -> None:
    error = read(GeminiReader(), [event("init", session_id="s")], 53).answer.error
    assert error is not None
    assert error.code == Code.AGENT_BUDGET_EXCEEDED


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("[API Error: Quota exceeded.\nSuggested retry after 3600s.]", 3600),
        ("[API Error: Please retry in 3600.5s]", 3601),
        ("Your quota will reset after 18h21m36s.", 66_096),
        ("Please retry in 850ms", 1),
    ],
)
def test_quota_that_tells_its_end(message: str, seconds: int) -> None:
    answer = read(GeminiReader(), [failed(message)], 173).answer
    assert answer.resets_at == NOW + seconds
    assert answer.error is not None
    assert answer.error.code == Code.AGENT_UNAVAILABLE


@pytest.mark.parametrize(
    "message",
    [
        "[API Error: You have exhausted your daily quota on this model.]",
        "Please retry in a while",
        "retry after .s",
    ],
)
def test_quota_without_its_end_is_a_failure(message: str) -> None:
    answer = read(GeminiReader(), [failed(message)], 173).answer
    assert answer.resets_at is None
    assert answer.error is not None
    assert answer.error.code == Code.JOB_EXECUTION_FAILED
