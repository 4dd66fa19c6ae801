"""Gets an agent ready: its MCP servers are asked, its command line is made."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.agents.base import Adapter, AgentCommand, AgentRequest, Served
from runner.agents.registry import adapter
from runner.engine.agent_version import agent_version
from runner.model.errors import AgentUnavailableError
from runner.model.mcp import McpHealth, McpServer, McpState
from runner.model.receipt import AgentRecord
from runner.model.role import Profile
from runner.process.environment import expand
from runner.process.mcp import Startable, probe
from runner.store.folders import write_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.project import Project

_HANDED_ON = frozenset({McpState.READY, McpState.SILENT})
"""A silent server may only be slow: the agents bound how long they wait for it."""

ROLE_VARIABLES = ("JOBCONSOLE_ROLE", "TELECLAUDE_JOB_ROLE", "JOBCONSOLE_ROLE_FILE")
"""What tells an MCP server for whom it works."""


class Engaged(NamedTuple):
    """An agent that is ready to start."""

    adapter: Adapter
    command: AgentCommand
    record: AgentRecord
    version: str | None


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
    health, served = _servers(project, request, known) if ours else ({}, {})
    if served:
        command = chosen.command(request._replace(servers=served))
    for name, body in command.files.items():
        path = Path(request.scratch) / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(path, body)
    record = AgentRecord(agent.name, command.model, None, request.resume, health)
    version = agent_version(project, command.argv[0], request) if ours else None
    return Engaged(chosen, command, record, version)


def _servers(
    project: Project, request: AgentRequest, known: Mapping[str, str]
) -> tuple[dict[str, McpHealth], dict[str, Served]]:
    """How every server answered, and those that the agent is given."""
    health: dict[str, McpHealth] = {}
    served: dict[str, Served] = {}
    for name, server in request.agent.mcp.items():
        if request.role.profile is Profile.READ_ONLY and not server.read_only:
            health[name] = McpHealth(McpState.WITHHELD)
            continue
        health[name] = McpHealth(McpState.MISSING, detail=server.command[0])
        if found := _served(server, request, known):
            served[name] = found
    if served:
        startable = {
            name: Startable(it.command, {**request.environment, **it.environment})
            for name, it in served.items()
        }
        health |= probe(startable, cwd=Path(request.root), clock=project.clock)
    handed = {n: it for n, it in served.items() if health[n].state in _HANDED_ON}
    return health, handed


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
