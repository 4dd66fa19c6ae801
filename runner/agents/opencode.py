"""opencode: its command line, its configuration, its stream."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import msgspec

from runner.agents.base import AgentCommand
from runner.agents.launcher import Launchers, launchers
from runner.agents.opencode_stream import OpencodeReader
from runner.agents.program import located
from runner.model.errors import AgentUnavailableError
from runner.model.job import ThinkingMode
from runner.model.role import Profile

if TYPE_CHECKING:
    from runner.agents.base import AgentRequest

# The model is the operator's choice; how hard it thinks is not. A model that has no
# such variant thinks as usual.
_VARIANTS = {ThinkingMode.FAST: "low", ThinkingMode.SLOW: "high"}

_READING = ("glob", "grep", "list", "lsp", "read", "todowrite")
_TOOLS = {
    Profile.READ_ONLY: _READING,
    Profile.WORKSPACE: (*_READING, "bash", "edit", "webfetch", "websearch"),
}
# Bounds a server's start and each of its calls: opencode knows no other limit.
_SERVER_TIMEOUT_MS = 30_000

_CONFIG = "OPENCODE_CONFIG_CONTENT"


class OpencodeAgent:
    """`opencode run --format json`, as an agent of its own for roles of less than all.

    Only the full profile minds the project's configuration and may use MCP servers of
    the operator's, which start in any case. The project's AGENTS.md is always read.
    Opencode has no means to leave its plugins out: they run under every profile.
    """

    stop_signal = signal.SIGTERM
    is_plain = False
    tells_cost = True
    can_resume = True

    def usual_model(self, mode: ThinkingMode) -> str | None:  # noqa: ARG002
        return None

    def command(self, request: AgentRequest) -> AgentCommand:
        program = located("opencode", request, package="opencode-ai")
        model = request.agent.model
        variant = _VARIANTS.get(request.agent.thinking_mode)
        words = (
            *("run", "--format=json"),
            # Without a title it would pay a model for one.
            f"--title={request.job_id}",
            *_permission(request),
            *([f"--model={model}"] if model else []),
            *([f"--variant={variant}"] if variant else []),
            *([f"--session={request.resume}"] if request.resume else []),
        )
        launch = launchers(request)
        environment = {
            _CONFIG: _config(request, launch),
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
        }
        if request.role.profile is not Profile.FULL:
            environment["OPENCODE_DISABLE_PROJECT_CONFIG"] = "1"
        argv = (program, *words, *request.flags)
        return AgentCommand(argv, environment, launch.files, model)

    def reader(self, resumed_ms: int | None = None) -> OpencodeReader:  # noqa: ARG002
        return OpencodeReader()


def _permission(request: AgentRequest) -> tuple[str, ...]:
    if request.role.profile is Profile.FULL:
        return ("--auto",)
    return (f"--agent={_agent_name(request)}",)


def _agent_name(request: AgentRequest) -> str:
    """A name that no file in the project can have given more permissions before."""
    return f"jobconsole-{request.run_id}"


def _config(request: AgentRequest, launch: Launchers) -> str:
    """What the environment already configures, with what the run needs over it."""
    config = _configured(request)
    config["mcp"] = {
        name: {
            "type": "local",
            "command": command,
            "timeout": _SERVER_TIMEOUT_MS,
        }
        for name, command in launch.commands.items()
    }
    tools = _TOOLS.get(request.role.profile)
    if tools is not None:
        told = config.get("instructions")
        config["instructions"] = [
            *(told if isinstance(told, list) else ()),
            f"{request.root}/AGENTS.md",
        ]
        names = (*tools, *(f"{name}_*" for name in request.servers))
        # The last rule that fits decides: what is not named stays denied.
        permission = {"*": "deny", **dict.fromkeys(names, "allow")}
        agents = config.get("agent")
        config["agent"] = {
            **(agents if isinstance(agents, dict) else {}),
            _agent_name(request): {"mode": "primary", "permission": permission},
        }
    return msgspec.json.encode(config).decode()


def _configured(request: AgentRequest) -> dict[str, object]:
    given = request.environment.get(_CONFIG)
    try:
        return msgspec.json.decode(given, type=dict[str, object]) if given else {}
    except msgspec.MsgspecError as error:
        message = f"{_CONFIG} of the environment is not an object in JSON"
        raise AgentUnavailableError(message, hint=str(error)) from error
