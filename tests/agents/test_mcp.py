"""MCP servers good and bad: each is told of, and none of them keeps a run from going on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.model.mcp import McpState
from runner.model.run import RunStatus
from tests.helpers.agent_runs import AT_ONCE, Meeting, meet, prompt_of, results_of
from tests.helpers.agents import agent_job, agent_site, mcp_server, need
from tests.lab.script import Say
from tests.lab.vocabulary import ask_server

if TYPE_CHECKING:
    from tests.helpers.agents import Outcome
    from tests.helpers.lab import Lab

AGENTS = ("claude", "codex")
SERVERS = {
    "good": mcp_server(),
    "dies": mcp_server("crash-in-call"),
    "crash": mcp_server("crash"),
    "rubbish": mcp_server("rubbish"),
    "missing": {"command": ["no-such-program"]},
    "nowhere": {"command": ["./no-such-program"]},
}
STATES = {
    "good": McpState.READY,
    "dies": McpState.READY,
    "crash": McpState.ENDED,
    "rubbish": McpState.RUBBISH,
    "missing": McpState.MISSING,
    "nowhere": McpState.MISSING,
}
READS = {"reads": {**mcp_server(), "read_only": True}, "writes": mcp_server()}
PATIENCE_MS = 20_000
"""For a server that hangs, when the programs' own would be half a minute."""


def assert_states(outcome: Outcome, states: dict[str, McpState]) -> None:
    """The run went on and succeeded; the receipt and the events tell of the servers."""
    receipt = outcome.receipt
    assert receipt.status is RunStatus.SUCCEEDED, receipt.error
    assert receipt.agent is not None
    assert {name: it.state for name, it in receipt.agent.mcp.items()} == states
    asked = outcome.told("mcp_asked")
    assert {it["server"]: it["state"] for it in asked} == states


@pytest.mark.parametrize("name", AGENTS)
def test_servers_of_all_kinds(lab: Lab, tmp_path: Path, name: str) -> None:
    asks = ask_server(name, "good", "ping"), ask_server(name, "dies", "ping")
    reads = ask_server(name, "reads", "ping")
    said = Say("They have answered.")
    meetings = {
        "member": Meeting((*asks, said), {"role": "member", "mcp": SERVERS}),
        "viewer": Meeting((reads, said), {"role": "viewer", "mcp": READS}),
    }
    outcomes = meet(lab, tmp_path / "project", name, meetings)
    assert_states(outcomes["member"], STATES)
    assert "role=member" in results_of(lab, "member")[0]
    oks = [it["ok"] for it in outcomes["member"].told("agent_tool") if not it["tool"]]
    assert oks == [True, False]
    states = {"reads": McpState.READY, "writes": McpState.WITHHELD}
    assert_states(outcomes["viewer"], states)
    assert "role=viewer" in results_of(lab, "viewer")[0]


@pytest.mark.idle
def test_a_server_that_hangs(lab: Lab, tmp_path: Path) -> None:
    """It may only be slow, so it is handed on; the programs wait for it so long."""
    need(*AGENTS)
    servers = {"good": mcp_server(), "hangs": mcp_server("hang")}
    jobs: dict[str, object] = {}
    for name in AGENTS:
        about = prompt_of(name)
        lab.script(ask_server(name, "good", "ping"), Say("It answered."), about=about)
        keys = {"schedule": "weekly", "mcp": servers}
        jobs[name] = agent_job(lab, name, prompt=about, **keys)
    config = {"jobs": jobs, "concurrency": {"agent": AT_ONCE}}
    with agent_site(lab, tmp_path / "project", config) as site:
        site.tick()
        for name in AGENTS:
            outcome = site.outcome(name)
            assert_states(outcome, {"good": McpState.READY, "hangs": McpState.SILENT})
            assert (outcome.receipt.duration_ms or 0) < PATIENCE_MS
        assert site.survivors() == []
    assert all("role=admin" in results_of(lab, name)[0] for name in AGENTS)


def test_servers_of_others(lab: Lab, tmp_path: Path) -> None:
    """Those of the operator and of the project's other tools are not the job's."""
    need(*AGENTS)
    root = tmp_path / "project"
    proof = tmp_path / "started.txt"
    argv = ["-c", f"echo 1 > '{proof}'"]
    server = {"command": "/bin/sh", "args": argv}
    theirs = json.dumps({"mcpServers": {"theirs": server}})
    toml = f'[mcp_servers.theirs]\ncommand = "/bin/sh"\nargs = {json.dumps(argv)}\n'
    trusted = f'[projects."{root}"]\ntrust_level = "trusted"\n'
    files = {".mcp.json": theirs, ".codex/config.toml": toml}
    allowed = json.dumps({"enableAllProjectMcpServers": True})
    own = {
        ".claude.json": theirs,
        ".claude/settings.json": allowed,
        ".codex/config.toml": trusted + toml,
    }
    jobs = {it: agent_job(lab, it, prompt=prompt_of(it)) for it in AGENTS}
    lab.script(Say("It is done.", times=None))
    with agent_site(lab, root, {"jobs": jobs}, files) as site:
        for name, text in own.items():
            path = Path(site.project.start["HOME"]) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        for name in AGENTS:
            receipt = site.run(name).receipt
            assert receipt.status is RunStatus.SUCCEEDED, receipt.error
    assert not proof.exists()
