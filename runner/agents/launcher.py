"""Starts MCP servers by small scripts, so that their variables are theirs alone."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.agents.base import AgentRequest, Served


class Launchers(NamedTuple):
    """What starts each server, by its name, and the scripts that this needs.

    No agent is told a variable: it would take it for its own, show it in its command
    line, or read signs in its value.
    """

    commands: Mapping[str, tuple[str, ...]]
    files: Mapping[str, bytes]


def launchers(request: AgentRequest) -> Launchers:
    """Scripts are numbered: to some disks `A` and `a` are one name."""
    commands: dict[str, tuple[str, ...]] = {}
    files: dict[str, bytes] = {}
    for number, (name, served) in enumerate(request.servers.items(), start=1):
        file = f"mcp-{number}.sh"
        commands[name] = ("/bin/sh", f"{request.scratch}/{file}")
        files[file] = _script(served)
    return Launchers(commands, files)


def _script(served: Served) -> bytes:
    """Its bytes are those of the environment, whatever their encoding."""
    lines = [
        *(
            f"export {name}={shlex.quote(value)}"
            for name, value in served.environment.items()
        ),
        f"exec {shlex.join(served.command)}",
    ]
    return "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")
