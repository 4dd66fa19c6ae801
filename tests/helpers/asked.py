"""Requests as the engine makes them of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.agents.base import AgentRequest, Served
from runner.model.job import AgentSpec
from runner.model.role import ADMIN

if TYPE_CHECKING:
    from pathlib import Path

SCRATCH = "/scratch"

SERVERS = {"team": Served(("/bin/team", "--all"), {"TELECLAUDE_JOB_ROLE": "member"})}
"""An MCP server as the engine hands it over."""


def asked(folder: Path, agent: str) -> AgentRequest:
    """What is asked of an agent whose program `folder` gets: alone on its PATH."""
    program = folder / "bin" / agent
    program.parent.mkdir()
    program.touch(mode=0o755)
    return AgentRequest(
        job_id="review",
        agent=AgentSpec(agent),
        role=ADMIN,
        run_id="20261120T060000Z-7f3k9q",
        root="/project",
        prompt_file="/runs/prompt.md",
        scratch=SCRATCH,
        args=(),
        environment={"PATH": str(program.parent), "TELECLAUDE_JOB_ROLE": "member"},
    )
