"""Gets an agent ready: its MCP servers are asked, its command line is made."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.agents.base import Adapter, AgentCommand, AgentRequest, Served
from runner.agents.registry import adapter
from runner.engine.agent.version import agent_version
from runner.engine.redact import redact
from runner.model.errors import AgentUnavailableError
from runner.model.mcp import McpHealth, McpServer, McpState
from runner.model.receipt import AgentRecord
from runner.model.role import Profile
from runner.process.environment import expand
from runner.process.mcp import Startable, probe
from runner.store.folders import write_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.engine.project import Project
    from runner.model.job import AgentSpec

_HANDED_ON = frozenset({McpState.READY, McpState.SILENT})
"""A silent server may only be slow: the agents bound how long they wait for it."""

ROLE_VARIABLES = ("JOBCONSOLE_ROLE", "TELECLAUDE_JOB_ROLE", "JOBCONSOLE_ROLE_FILE")
"""What tells an MCP server for whom it works."""


class Engaged(NamedTuple):
    """An agent that is ready to start. `variables` are those of its MCP servers."""

    adapter: Adapter
    agent: AgentSpec
    command: AgentCommand
    record: AgentRecord
    version: str | None
    variables: tuple[tuple[str, str], ...]

    def hiding(self, secrets: Sequence[str]) -> Engaged:
        """The same, without secrets in what the servers said."""
        mcp = {
            name: msgspec.structs.replace(it, detail=redact(it.detail, secrets))
            for name, it in self.record.mcp.items()
        }
        return self._replace(record=msgspec.structs.replace(self.record, mcp=mcp))


def engage(
    project: Project, request: AgentRequest, known: Mapping[str, str]
) -> Engaged:
    """`known` is what `${NAME}` may refer to.

    Raises AgentUnavailableError, before anything is started.
    """
    agent = request.agent
    chosen = adapter(agent)
    if request.resume is not None and not chosen.can_resume:
        message = f"{agent.name} cannot go on with an earlier session"
        raise AgentUnavailableError(message, hint="Replay it without `--resume`.")
    command = chosen.command(request)
    ours = not agent.template  # else it is a program of the operator's own
    wanted = _wanted(request, known) if ours else {}
    health = _health(project, request, wanted) if ours else {}
    served = {
        name: it for name, it in wanted.items() if health[name].state in _HANDED_ON
    }
    if served:
        command = chosen.command(request._replace(servers=served))
    for name, body in command.files.items():
        path = Path(request.scratch) / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(path, body)
    record = AgentRecord(agent.name, command.model, None, request.resume, health)
    version = agent_version(project, command.argv[0], request) if ours else None
    variables = [pair for it in wanted.values() for pair in it.environment.items()]
    return Engaged(chosen, agent, command, record, version, tuple(variables))


def _wanted(request: AgentRequest, known: Mapping[str, str]) -> dict[str, Served]:
    """The servers that can be started, and that the role may have."""
    found = {
        name: _served(server, request, known)
        for name, server in request.agent.mcp.items()
        if not _is_withheld(server, request)
    }
    return {name: served for name, served in found.items() if served is not None}


def _health(
    project: Project, request: AgentRequest, wanted: Mapping[str, Served]
) -> dict[str, McpHealth]:
    """How every server answered, those that nobody asked included."""
    startable = {
        name: Startable(it.command, {**request.environment, **it.environment})
        for name, it in wanted.items()
    }
    asked = probe(startable, cwd=Path(request.root), clock=project.clock)
    unasked = {
        name: McpHealth(McpState.WITHHELD)
        if _is_withheld(server, request)
        else McpHealth(McpState.MISSING, detail=server.command[0])
        for name, server in request.agent.mcp.items()
    }
    return {**unasked, **asked}


def _is_withheld(server: McpServer, request: AgentRequest) -> bool:
    return request.role.profile is Profile.READ_ONLY and not server.read_only


def _served(
    server: McpServer, request: AgentRequest, known: Mapping[str, str]
) -> Served | None:
    """The server with its program's whole path; None where there is no such program."""
    program, *words = server.command
    if "/" in program:
        home = request.environment.get("HOME", "~")
        path = f"{home}{program[1:]}" if program.startswith("~/") else program
        found: str | None = str(Path(request.root) / path)
    else:
        found = shutil.which(program, path=request.environment.get("PATH"))
    if found is None:
        return None
    role = {
        n: request.environment[n] for n in ROLE_VARIABLES if n in request.environment
    }
    own = {name: expand(text, known) for name, text in server.env.items()}
    return Served((found, *words), {**own, **role})
