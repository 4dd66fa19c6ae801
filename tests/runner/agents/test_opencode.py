"""The adapter for opencode: words, configuration, streams and verdicts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner.agents.base import AgentRequest, Served, Told
from runner.agents.opencode import OpencodeAgent
from runner.agents.opencode_stream import OpencodeReader
from runner.agents.registry import adapter
from runner.model.errors import AgentUnavailableError, Code
from runner.model.job import AgentSpec, ThinkingMode
from runner.model.receipt import Usage
from runner.model.role import ADMIN, MEMBER, VIEWER, Role
from tests.helpers.streams import NOW, read, recorded

if TYPE_CHECKING:
    from pathlib import Path

SERVERS = {"team": Served(("/bin/team", "--all"), {"TELECLAUDE_JOB_ROLE": "viewer"})}
OWN_AGENT = "jobconsole-20261120T060000Z-7f3k9q"


@pytest.fixture
def request_(tmp_path: Path) -> AgentRequest:
    """What is asked of an opencode that is installed."""
    program = tmp_path / "bin" / "opencode"
    program.parent.mkdir()
    program.touch(mode=0o755)
    return AgentRequest(
        job_id="review",
        agent=AgentSpec("opencode"),
        role=ADMIN,
        run_id="20261120T060000Z-7f3k9q",
        root="/project",
        prompt_file="/runs/prompt.md",
        scratch="/scratch",
        args=(),
        environment={"PATH": str(program.parent)},
    )


def words(request: AgentRequest) -> list[str]:
    return list(OpencodeAgent().command(request).argv[1:])


def config(request: AgentRequest) -> dict[str, dict[str, object]]:
    command = OpencodeAgent().command(request)
    read_back: dict[str, dict[str, object]] = json.loads(
        command.environment["OPENCODE_CONFIG_CONTENT"]
    )
    return read_back


def permission(request: AgentRequest) -> dict[str, str]:
    agent = config(request)["agent"][OWN_AGENT]
    assert isinstance(agent, dict)
    found: dict[str, str] = agent["permission"]
    return found


def event(kind: str, **fields: object) -> bytes:
    return json.dumps({"type": kind, "sessionID": "ses_1", **fields}).encode() + b"\n"


def step(*parts: bytes, reason: str = "stop") -> bytes:
    """One turn of the model, from its start to its end."""
    end = event("step_finish", part={"reason": reason})
    return event("step_start") + b"".join(parts) + end


def text(words: str) -> bytes:
    return event("text", part={"text": words})


def denied(tool: str, error: str) -> bytes:
    state = {"status": "error", "error": error}
    return event("tool_use", part={"tool": tool, "state": state})


@pytest.mark.parametrize(
    ("mode", "variant"),
    [
        (ThinkingMode.FAST, ["--variant=low"]),
        (ThinkingMode.MED, []),
        (ThinkingMode.SLOW, ["--variant=high"]),
    ],
)
@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (ADMIN, "--auto"),
        (MEMBER, f"--agent={OWN_AGENT}"),
        (VIEWER, f"--agent={OWN_AGENT}"),
    ],
    ids=lambda value: value.name if isinstance(value, Role) else "",
)
def test_command_line_of_each_role_and_thinking_mode(
    request_: AgentRequest,
    role: Role,
    allowed: str,
    mode: ThinkingMode,
    variant: list[str],
) -> None:
    agent = AgentSpec("opencode", thinking_mode=mode)
    command = OpencodeAgent().command(request_._replace(role=role, agent=agent))
    assert command.argv[0] == f"{request_.environment['PATH']}/opencode"
    assert list(command.argv[1:]) == [
        "run",
        "--format=json",
        "--title=review",
        allowed,
        *variant,
    ]
    assert command.model is None
    assert not command.files
    assert command.environment["OPENCODE_DISABLE_AUTOUPDATE"] == "1"
    assert command.environment["OPENCODE_DISABLE_MODELS_FETCH"] == "1"


def test_flags_come_last_after_model_and_session(request_: AgentRequest) -> None:
    asked = request_._replace(
        agent=AgentSpec("opencode", model="some/model"),
        role=Role("admin", ADMIN.profile, agent_flags={"opencode": ("--pure",)}),
        resume="ses_1",
        args=("--thinking",),
    )
    assert words(asked)[-4:] == [
        "--model=some/model",
        "--session=ses_1",
        "--pure",
        "--thinking",
    ]


def test_missing_program_says_how_to_get_it(request_: AgentRequest) -> None:
    with pytest.raises(AgentUnavailableError) as refusal:
        OpencodeAgent().command(request_._replace(environment={"PATH": "/nowhere"}))
    assert "npm install" in refusal.value.hint


def test_it_is_registered() -> None:
    assert isinstance(adapter(AgentSpec("opencode")), OpencodeAgent)


def test_full_profile_leaves_the_permissions_alone(request_: AgentRequest) -> None:
    assert config(request_) == {"mcp": {}}


def test_viewer_may_read_alone(request_: AgentRequest) -> None:
    rules = permission(request_._replace(role=VIEWER))
    assert next(iter(rules.items())) == ("*", "deny")
    assert not {"bash", "edit", "task", "webfetch", "external_directory"} & set(rules)


def test_member_may_write_and_use_the_shell(request_: AgentRequest) -> None:
    rules = permission(request_._replace(role=MEMBER))
    assert {"bash", "edit"} <= set(rules)
    assert not {"task", "external_directory"} & set(rules)


def test_servers_are_handed_over_in_place_of_others(request_: AgentRequest) -> None:
    given = {
        "mcp": {"other": {}},
        "provider": {"p": {}},
        "agent": {"build": {"model": "b"}},
    }
    environment = {
        **request_.environment,
        "OPENCODE_CONFIG_CONTENT": json.dumps(given),
    }
    asked = request_._replace(role=VIEWER, environment=environment, servers=SERVERS)
    merged = config(asked)
    assert merged["mcp"] == {
        "team": {
            "type": "local",
            "command": ["/bin/sh", "/scratch/mcp-1.sh"],
            "timeout": 30_000,
        }
    }
    script = OpencodeAgent().command(asked).files["mcp-1.sh"]
    assert script.endswith(b"exec /bin/team --all\n")
    assert merged["provider"] == {"p": {}}
    assert merged["agent"]["build"] == {"model": "b"}
    assert permission(asked)["team_*"] == "allow"


@pytest.mark.parametrize("role", [ADMIN, MEMBER, VIEWER], ids=lambda it: it.name)
def test_configuration_of_the_project_is_for_the_full_profile(
    request_: AgentRequest, role: Role
) -> None:
    """Its AGENTS.md is for all, beside what the environment has it read."""
    given = {"OPENCODE_CONFIG_CONTENT": '{"instructions": ["STYLE.md"]}'}
    environment = {**request_.environment, **given}
    asked = request_._replace(role=role, environment=environment)
    said = OpencodeAgent().command(asked).environment
    is_narrow = role is not ADMIN
    assert ("OPENCODE_DISABLE_PROJECT_CONFIG" in said) is is_narrow
    added = ["/project/AGENTS.md"] if is_narrow else []
    instructions = json.loads(said["OPENCODE_CONFIG_CONTENT"])["instructions"]
    assert instructions == ["STYLE.md", *added]


@pytest.mark.parametrize("given", ["{", "[]", "{/* */}"])
def test_configuration_that_cannot_be_read_is_said(
    request_: AgentRequest, given: str
) -> None:
    environment = {**request_.environment, "OPENCODE_CONFIG_CONTENT": given}
    with pytest.raises(AgentUnavailableError):
        OpencodeAgent().command(request_._replace(environment=environment))


@pytest.mark.parametrize("exit_code", [1, None])
def test_an_answer_needs_an_exit_code_of_zero(exit_code: int | None) -> None:
    error = read(OpencodeReader(), [recorded("opencode")], exit_code).answer.error
    assert error is not None
    assert error.code == Code.JOB_EXECUTION_FAILED


def test_rich_stream_tells_everything() -> None:
    reading = read(OpencodeReader(), [recorded("opencode-rich")])
    assert reading.answer.text == "All done: proof.txt written."
    assert reading.standing.session == "ses_e07c01858ffemJKpdupfjeyr0R"
    assert reading.standing.usage == Usage(6000, 1800, 300, turns=6, tools=5)
    assert reading.standing.cost_usd == pytest.approx(6 * 0.0019)
    ends = [e.details for e in reading.events if e.told is Told.TOOL][1::2]
    assert [end["ok"] for end in ends] == [True, False, True, True, False]


def test_figures_grow_with_every_step() -> None:
    reader, costs = OpencodeReader(), []
    for line in recorded("opencode").splitlines(keepends=True):
        reader.feed(line)
        costs.append(reader.standing.cost_usd)
    assert costs == [None, None, 0.0019, 0.0019, 0.0019, 0.0038]


def test_answer_is_what_it_said_last() -> None:
    stream = step(text("Let me look."), reason="tool-calls")
    stream += step(text("All is"), text("well."))
    assert read(OpencodeReader(), [stream]).answer.text == "All is\nwell."


def test_empty_answer_is_none() -> None:
    error = read(OpencodeReader(), [step()]).answer.error
    assert error is not None
    assert error.code == Code.AGENT_NO_ANSWER


@pytest.mark.parametrize("reason", ["unknown", "length"])
def test_step_that_did_not_end_by_itself_is_a_failure(reason: str) -> None:
    error = read(OpencodeReader(), [step(text("So"), reason=reason)]).answer.error
    assert error is not None
    assert error.message == f"the model ended with {reason}"


@pytest.mark.parametrize(
    ("tool", "message", "code"),
    [
        ("bash", "The user rejected permission to", Code.JOB_POLICY_DENIED),
        ("write", "a rule which prevents you from", Code.JOB_POLICY_DENIED),
        ("bash", "Model tried to call unavailable tool", Code.JOB_POLICY_DENIED),
        ("made_up", "Model tried to call unavailable tool", Code.AGENT_NO_ANSWER),
    ],
)
def test_denied_tool_that_ended_the_run(tool: str, message: str, code: Code) -> None:
    stream = step(denied(tool, message), reason="tool-calls") + step()
    error = read(OpencodeReader(), [stream]).answer.error
    assert error is not None
    assert error.code == code


def test_denied_tool_that_it_could_do_without_is_none() -> None:
    message = "The user rejected permission to"
    stream = step(denied("bash", message), reason="tool-calls")
    stream += step(text("Done."))
    assert read(OpencodeReader(), [stream]).answer.error is None


@pytest.mark.parametrize(
    ("headers", "resets_at"),
    [
        ({"retry-after": "3600"}, NOW + 3600),
        ({"retry-after": "Fri, 20 Nov 2026 08:59:48 GMT"}, None),
        ({}, None),
    ],
)
def test_limit_of_the_provider(headers: dict[str, str], resets_at: int | None) -> None:
    data = {"message": "slow down", "statusCode": 429, "responseHeaders": headers}
    stream = event("error", error={"name": "APIError", "data": data})
    answer = read(OpencodeReader(), [stream], 1).answer
    assert answer.resets_at == resets_at
    assert answer.error is not None
    assert answer.error.message == "slow down"
