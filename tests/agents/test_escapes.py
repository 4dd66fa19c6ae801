"""What lies in the project is not run for a role that may do less than all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner.model.role import BUILT_IN_ROLES
from runner.model.run import RunStatus
from tests.helpers.agent_runs import Meeting, last_question, meet, results_of
from tests.helpers.agents import KEY, mcp_server
from tests.lab.script import Say
from tests.lab.vocabulary import ask_server, shell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.lab import Lab

TEXTS = {"claude": "CLAUDE.md", "codex": "AGENTS.md", "gemini": "GEMINI.md"}
TEXT = "Mind the step."

OBEYED = {"claude": {"admin"}, "codex": set(), "gemini": {"admin"}}
"""Roles under which commands in the project's settings run."""

KEYS = {"gemini": {"env": {"GEMINI_CLI_TRUST_WORKSPACE": "true"}}}
"""As where the operator trusts the project."""

SECRET = "of-the-server"


def planted(marks: Path) -> dict[str, str]:
    """Commands in the settings of all programs, each marking the role it runs for."""
    command = f"touch '{marks}'/\"$JOBCONSOLE_ROLE\""
    words = ["-c", command]
    hook = {"hooks": [{"type": "command", "command": command}]}
    hooks = {"hooks": {"SessionStart": [hook]}}
    claude = {**hooks, "apiKeyHelper": f"{command}; echo {KEY}"}
    # The one name that gemini's servers may have where it is to start none.
    gemini = {**hooks, "mcpServers": {"none": {"command": "/bin/sh", "args": words}}}
    server = f'command = "/bin/sh"\nargs = {json.dumps(words)}\n'
    return {
        ".claude/settings.json": json.dumps(claude),
        ".claude/settings.local.json": json.dumps(claude),
        ".codex/config.toml": f"[mcp_servers.planted]\n{server}",
        ".codex/hooks.json": json.dumps(hooks),
        ".gemini/settings.json": json.dumps(gemini),
        **dict.fromkeys(TEXTS.values(), TEXT),
    }


@pytest.mark.parametrize("name", OBEYED)
def test_what_lies_in_the_project(lab: Lab, tmp_path: Path, name: str) -> None:
    """What is a text for the agent is read all the same."""
    marks = tmp_path / "marks"
    marks.mkdir()
    meetings = {
        role: Meeting((Say("It is done."),), {"role": role, **KEYS.get(name, {})})
        for role in BUILT_IN_ROLES
    }
    outcomes = meet(lab, tmp_path / "project", name, meetings, planted(marks))
    for role, outcome in outcomes.items():
        assert outcome.receipt.status is RunStatus.SUCCEEDED, outcome.receipt.error
        question = last_question(lab, role)
        assert TEXT in question.system + question.prompt
    assert {it.name for it in marks.iterdir()} == OBEYED[name]


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_variables_of_a_server_are_its_own(lab: Lab, tmp_path: Path, name: str) -> None:
    server = mcp_server() | {"env": {"API_TOKEN": SECRET}}
    steps = (
        ask_server(name, "tc", "ping"),
        shell(name, 'echo "token=<$API_TOKEN>"'),
        Say("It is done."),
    )
    keys = {"role": "member", "mcp": {"tc": server}}
    outcome = meet(lab, tmp_path / "project", name, {"job": Meeting(steps, keys)})[
        "job"
    ]
    assert outcome.receipt.status is RunStatus.SUCCEEDED, outcome.receipt.error
    answered, told = results_of(lab, "job")
    assert "role=member" in answered
    assert "token=<>" in told
    kept = [it.read_bytes() for it in outcome.folder.path.rglob("*") if it.is_file()]
    assert not [it for it in kept if SECRET.encode() in it]
