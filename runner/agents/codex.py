"""Codex, started as `codex exec`: the words that it needs."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from runner.agents.base import AgentCommand
from runner.agents.codex_stream import CodexReader
from runner.agents.launcher import Launchers, launchers
from runner.agents.program import located
from runner.agents.toml import Toml, written
from runner.model.job import ThinkingMode
from runner.model.role import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.agents.base import AgentRequest

_SERVER_PATIENCE_MS = 10_000
"""How long Codex waits for its MCP servers; then it goes on without."""

_THINKING = {
    ThinkingMode.FAST: ("gpt-6-luna", "low"),
    ThinkingMode.MED: ("gpt-6.1-sol", "medium"),
    ThinkingMode.SLOW: ("gpt-6-astra", "high"),
}
"""Model and effort."""

_MAY = {
    Profile.FULL: ("--dangerously-bypass-approvals-and-sandbox",),
    # What the user's rules allow would run outside of the sandbox.
    Profile.WORKSPACE: ("--sandbox", "workspace-write", "--ignore-rules"),
    Profile.READ_ONLY: ("--sandbox", "read-only", "--ignore-rules"),
}


class CodexAgent:
    """OpenAI's agent. An interrupt makes it end its children before it ends."""

    stop_signal = signal.SIGINT
    is_plain = False
    tells_cost = False
    can_resume = True

    def usual_model(self, mode: ThinkingMode) -> str | None:
        return _THINKING[mode][0]

    def command(self, request: AgentRequest) -> AgentCommand:
        """The user's own configuration is left out: its MCP servers are not the job's.

        As it also says which projects he trusts, the project's is left out too.
        The same words serve to go on with a session, which comes last with `-`, the
        prompt on stdin.
        """
        program = located("codex", request, package="@openai/codex")
        usual, effort = _THINKING[request.agent.thinking_mode]
        model = request.agent.model or usual
        launch = launchers(request)
        settings = {**_settings(request, launch), "model_reasoning_effort": effort}
        argv = (
            *(program, "exec", "--json", "--skip-git-repo-check"),
            *("--ignore-user-config", "--disable", "plugins"),
            *("--disable", "unbounded_connection_retries"),
            *_MAY[request.role.profile],
            *("-m", model),
            *_words(settings),
            *request.flags,
            *(("resume", request.resume) if request.resume else ()),
            "-",
        )
        return AgentCommand(argv, {}, launch.files, model)

    def reader(self, resumed_ms: int | None = None) -> CodexReader:
        """`resumed_ms`: when the attempt began, if it goes on with a session.

        It tells what the session's file holds from before.
        """
        return CodexReader(resumed_ms)


def _settings(request: AgentRequest, launch: Launchers) -> dict[str, Toml]:
    settings: dict[str, Toml] = {"analytics.enabled": False}
    if request.role.profile is Profile.WORKSPACE:
        settings["sandbox_workspace_write.exclude_slash_tmp"] = True
        settings["sandbox_workspace_write.exclude_tmpdir_env_var"] = True
    if request.servers:
        servers = {name: _server(*words) for name, words in launch.commands.items()}
        settings["mcp_servers"] = servers
        settings["mcp_optional_startup_grace_ms"] = _SERVER_PATIENCE_MS
    return settings


def _words(settings: Mapping[str, Toml]) -> Iterator[str]:
    for name, value in settings.items():
        yield from ("-c", f"{name}={written(value)}")


def _server(program: str, *words: str) -> dict[str, Toml]:
    """Its tools need no approval: nobody is there to give one."""
    return {
        "command": program,
        "args": list(words),
        "default_tools_approval_mode": "approve",
    }
