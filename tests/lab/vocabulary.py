"""The same calls of tools in the words of each agent.

Codex has its newer models call everything from JavaScript; its older ones, as gpt-5.5,
know `exec_command` and `apply_patch` by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.lab.script import Call

if TYPE_CHECKING:
    from pathlib import Path


PATIENCE_MS = 30_000
"""Codex goes on after a while with what a command has said so far; this is its most."""


def shell(agent: str, command: str) -> Call:
    """Have the shell do something."""
    if agent == "codex":
        return _javascript(
            "exec_command", {"cmd": command, "yield_time_ms": PATIENCE_MS}
        )
    tool = {"claude": "Bash", "gemini": "run_shell_command"}[agent]
    return Call(tool, {"command": command, "description": "as told"})


def read(agent: str, path: Path) -> Call:
    """Look at a file."""
    if agent == "codex":
        return _javascript("exec_command", {"cmd": f"cat '{path}'"})
    tool = {"claude": "Read", "gemini": "read_file"}[agent]
    return Call(tool, {"file_path": str(path)})


def write(agent: str, path: Path, text: str) -> Call:
    """Make a file of one line, not by the shell."""
    if agent == "codex":
        patch = f"*** Begin Patch\n*** Add File: {path}\n+{text}\n*** End Patch"
        return _javascript("apply_patch", patch)
    tool = {"claude": "Write", "gemini": "write_file"}[agent]
    return Call(tool, {"file_path": str(path), "content": f"{text}\n"})


def ask_server(agent: str, server: str, tool: str) -> Call:
    """Call a tool of an MCP server, without arguments."""
    if agent == "codex":
        return _javascript(f"mcp__{server}__{tool}", {})
    return Call(
        {"claude": f"mcp__{server}__{tool}", "gemini": f"mcp_{server}_{tool}"}[agent]
    )


def _javascript(tool: str, argument: object) -> Call:
    given = msgspec.json.encode(argument).decode()
    script = f"text(JSON.stringify(await tools.{tool}({given})))"
    return Call("functions/exec", {"input": script})
