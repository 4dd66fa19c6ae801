"""Claude Code, started as `claude -p`: the words and files that it needs."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import msgspec

from runner.agents.base import AgentCommand
from runner.agents.claude_stream import ClaudeReader
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
    """Anthropic's agent. An interrupt makes it tell what it used before it ends."""

    stop_signal = signal.SIGINT
    is_plain = False
    tells_cost = True
    can_resume = True

    def command(self, request: AgentRequest) -> AgentCommand:
        program = located("claude", request, package="@anthropic-ai/claude-code")
        usual, effort = _THINKING[request.agent.thinking_mode]
        model = request.agent.model or usual
        argv = (
            *(program, "-p", "--output-format", "stream-json", "--verbose"),
            *(("--resume", request.resume) if request.resume else ()),
            *_MAY[request.role.profile],
            *_allowed(request),
            *((f"--mcp-config={_servers_path(request)}",) if request.servers else ()),
            "--strict-mcp-config",
            *("--model", model, "--effort", effort),
            *_bounds(request.agent.budget),
            *request.flags,
        )
        files = {_SERVERS_FILE: _servers(request)} if request.servers else {}
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
    if request.as_root and request.role.profile is Profile.FULL:
        ours["IS_SANDBOX"] = "1"  # or it refuses to skip permissions for root
    return ours


def _servers_path(request: AgentRequest) -> str:
    return f"{request.scratch}/{_SERVERS_FILE}"


def _servers(request: AgentRequest) -> bytes:
    servers = {
        name: {"command": it.command[0], "args": it.command[1:], "env": it.environment}
        for name, it in request.servers.items()
    }
    return msgspec.json.encode({"mcpServers": servers})
