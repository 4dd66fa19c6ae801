"""Claude Code, started as `claude -p`: the words and files that it needs."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import msgspec

from runner.agents.base import AgentCommand
from runner.agents.claude_stream import ClaudeReader
from runner.agents.launcher import Launchers, launchers
from runner.agents.program import located
from runner.model.job import ThinkingMode
from runner.model.role import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.agents.base import AgentRequest
    from runner.model.budget import Budget

_SERVERS_FILE = "claude-mcp.json"

_SERVER_PATIENCE_MS = 10_000
"""How long Claude Code waits for its MCP servers; its own bound is half a minute."""

_THINKING = {
    ThinkingMode.FAST: ("haiku", "low"),
    ThinkingMode.MED: ("sonnet", "medium"),
    ThinkingMode.SLOW: ("opus", "high"),
}
"""Model and effort; the names are aliases of the latest of their kind."""

_READING = "Read,Grep,Glob"

_MAY = {
    Profile.FULL: ("--dangerously-skip-permissions",),
    Profile.WORKSPACE: (
        *("--permission-mode", "acceptEdits"),
        *("--tools", f"Bash,{_READING},Edit,Write"),
    ),
    Profile.READ_ONLY: ("--permission-mode", "dontAsk", "--tools", _READING),
}


class ClaudeAgent:
    """Anthropic's agent. An interrupt makes it tell what it used before it ends.

    Only the full profile minds the project's own settings: their hooks and helpers
    are commands that run outside of any profile. Its CLAUDE.md is read all the same.
    """

    stop_signal = signal.SIGINT
    is_plain = False
    tells_cost = True
    can_resume = True

    def usual_model(self, mode: ThinkingMode) -> str | None:
        return _THINKING[mode][0]

    def command(self, request: AgentRequest) -> AgentCommand:
        program = located("claude", request, package="@anthropic-ai/claude-code")
        usual, effort = _THINKING[request.agent.thinking_mode]
        model = request.agent.model or usual
        launch = launchers(request)
        argv = (
            *(program, "-p", "--output-format", "stream-json", "--verbose"),
            *((f"--resume={request.resume}",) if request.resume else ()),
            *_MAY[request.role.profile],
            *_allowed(request),
            *_settings(request),
            *((f"--mcp-config={_servers_path(request)}",) if request.servers else ()),
            "--strict-mcp-config",
            *("--model", model, "--effort", effort),
            *_bounds(request.agent.budget),
            *request.flags,
        )
        files = {**launch.files, _SERVERS_FILE: _servers(launch)}
        files = files if request.servers else {}
        return AgentCommand(argv, _environment(request), files, model)

    def reader(self, resumed_ms: int | None = None) -> ClaudeReader:  # noqa: ARG002
        return ClaudeReader()


def _allowed(request: AgentRequest) -> tuple[str, ...]:
    """What it may use without asking. The full profile is never asked."""
    profile = request.role.profile
    if profile is Profile.FULL:
        return ()
    shell = ["Bash"] if profile is Profile.WORKSPACE else []
    servers = [f"mcp__{re.sub('[^A-Za-z0-9_-]', '_', it)}" for it in request.servers]
    names = ",".join([*shell, *servers])
    return ("--allowedTools", names) if names else ()


def _settings(request: AgentRequest) -> tuple[str, ...]:
    """The operator's alone; the project is then a folder added for its CLAUDE.md."""
    if request.role.profile is Profile.FULL:
        return ()
    return ("--setting-sources=user", f"--add-dir={request.root}")


def _bounds(budget: Budget) -> Iterator[str]:
    if budget.turns is not None:
        yield from ("--max-turns", str(budget.turns))
    if budget.usd is not None:
        yield from ("--max-budget-usd", str(budget.usd))


def _environment(request: AgentRequest) -> dict[str, str]:
    ours = {
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "MCP_TIMEOUT": str(_SERVER_PATIENCE_MS),
    }
    if request.role.profile is not Profile.FULL:
        ours["CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD"] = "1"
    elif request.as_root:
        ours["IS_SANDBOX"] = "1"  # or it refuses to skip permissions for root
    return ours


def _servers_path(request: AgentRequest) -> str:
    return f"{request.scratch}/{_SERVERS_FILE}"


def _servers(launch: Launchers) -> bytes:
    servers = {
        name: {"command": program, "args": words}
        for name, (program, *words) in launch.commands.items()
    }
    return msgspec.json.encode({"mcpServers": servers})
