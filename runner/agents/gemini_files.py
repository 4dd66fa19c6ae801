"""The files that tell gemini what it may do, and which MCP servers to start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from runner.model.errors import AgentUnavailableError
from runner.model.role import Profile

if TYPE_CHECKING:
    from runner.agents.base import AgentRequest
    from runner.agents.launcher import Launchers
    from runner.model.errors import Json

_READING = (
    *("glob", "grep_search", "list_directory", "read_file", "read_many_files"),
    *("update_topic", "write_todos"),
)
_WRITING = ("replace", "write_file")
TOOLS = {
    Profile.READ_ONLY: _READING,
    Profile.WORKSPACE: (
        *_READING,
        *_WRITING,
        *("run_shell_command", "google_web_search", "web_fetch"),
    ),
}

# Bounds a server's start and each of its calls: gemini knows no other limit.
_SERVER_TIMEOUT_MS = 30_000

POLICY = "gemini-policy.toml"
HOME = "gemini-home"


def policy(request: AgentRequest) -> dict[str, bytes]:
    """Rules above those of any settings: what is not named here is not offered."""
    tools = TOOLS.get(request.role.profile)
    if tools is None:
        return {}
    rules = [
        _rule(tools, "allow", 999, "allowRedirection = true"),
        *(
            _rule("*", "allow", 999, f"mcpName = {json.dumps(name)}")
            for name in request.servers
        ),
        _rule("*", "deny", 998),
        _INSIDE_ONLY,
    ]
    return {POLICY: "\n".join(rules).encode()}


def _rule(
    tools: str | tuple[str, ...], decision: str, priority: int, more: str = ""
) -> str:
    lines = [
        "[[rule]]",
        f"toolName = {json.dumps(tools)}",
        f'decision = "{decision}"',
        f"priority = {priority}",
        more,
    ]
    return "\n".join(lines).rstrip() + "\n"


_INSIDE_ONLY = f"""\
[[safety_checker]]
toolName = {json.dumps(_WRITING)}
priority = 999
[safety_checker.checker]
type = "in-process"
name = "allowed-path"
required_context = ["environment"]
"""


def has_own_home(request: AgentRequest) -> bool:
    return bool(request.servers and request.environment.get("GEMINI_API_KEY"))


def settings(request: AgentRequest, launch: Launchers) -> dict[str, bytes]:
    """A home of the run's own and what starts its servers, if it gets one.

    Raises AgentUnavailableError for a session that went with such a home.
    """
    if not has_own_home(request):
        return {}
    if request.resume:
        message = "gemini keeps no session of a run that had MCP servers of its own"
        raise AgentUnavailableError(message, hint="Replay it without its session.")
    servers: dict[str, Json] = {
        name: {
            "command": program,
            "args": words,
            "timeout": _SERVER_TIMEOUT_MS,
        }
        for name, (program, *words) in launch.commands.items()
    }
    said: dict[str, Json] = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "mcpServers": servers,
    }
    turns = request.agent.budget.turns
    if turns is not None:
        said["model"] = {"maxSessionTurns": turns}
    return {**launch.files, f"{HOME}/.gemini/settings.json": msgspec.json.encode(said)}
