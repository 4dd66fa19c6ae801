"""Each agent's real program at work: a tool is called, executed for real, and told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.model.run import RunStatus, Trigger
from tests.helpers.agents import KEY, agent_job, agent_site, mcp_server, need
from tests.lab.script import Say
from tests.lab.vocabulary import ask_server, read, shell, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.agents import Outcome
    from tests.helpers.lab import Lab

PROMPT = "Write the proof."
WRITES = 'echo "$JOBCONSOLE_ROLE" > proof.txt'
AGENTS = pytest.mark.parametrize("name", ["claude", "codex"])
EVERY_AGENT = pytest.mark.parametrize("name", ["claude", "codex", "gemini"])
"""Gemini takes its time: it is asked no more than is needed."""


def assert_told(done: Outcome, name: str) -> None:
    """The receipt of two answers, and of the one call between them."""
    receipt = done.receipt
    assert receipt.status is RunStatus.SUCCEEDED, receipt.error
    assert receipt.agent is not None
    assert receipt.agent.name == name
    assert receipt.agent.session
    usage = receipt.usage
    assert usage is not None
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (
        2000,
        600,
        100,
    )
    assert usage.tools == 1
    assert [bool(it["tool"]) for it in done.told("agent_tool")] == [True, False]
    assert "The proof is written." in done.folder.summary.read_text("utf-8")


@EVERY_AGENT
def test_a_job_that_is_due(lab: Lab, tmp_path: Path, name: str) -> None:
    need(name)
    lab.script(shell(name, WRITES), Say("The proof is written."))
    job = agent_job(lab, name, prompt=PROMPT, role="admin", schedule="weekly")
    with agent_site(lab, tmp_path / "project", {"jobs": {"proof": job}}) as site:
        site.tick()
        done = site.outcome("proof")
        assert_told(done, name)
        receipt = done.receipt
        assert (receipt.trigger, receipt.role) == (Trigger.SCHEDULE, "admin")
        assert (site.root / "proof.txt").read_text("utf-8") == "admin\n"
        assert site.survivors() == []
    first, second = lab.asked()
    assert PROMPT in first.question.prompt
    assert first.key == KEY
    assert len(second.question.results) == 1


@pytest.mark.parametrize(("name", "known"), [("claude", True), ("codex", False)])
def test_what_it_costs(lab: Lab, tmp_path: Path, name: str, known: bool) -> None:
    need(name)
    lab.script(Say("Nothing to do."))
    job = agent_job(lab, name, prompt=PROMPT)
    with agent_site(lab, tmp_path / "project", {"jobs": {"idle": job}}) as site:
        receipt = site.run("idle").receipt
    assert receipt.status is RunStatus.SUCCEEDED, receipt.error
    assert (receipt.cost_usd is not None and receipt.cost_usd > 0) is known
    assert not receipt.cost_estimated


@EVERY_AGENT
def test_an_mcp_server_knows_the_role(lab: Lab, tmp_path: Path, name: str) -> None:
    need(name)
    lab.script(ask_server(name, "tc", "ping"), Say("It answered."))
    job = agent_job(lab, name, prompt=PROMPT, mcp={"tc": mcp_server()})
    with agent_site(lab, tmp_path / "project", {"jobs": {"asks": job}}) as site:
        receipt = site.run("asks").receipt
        assert receipt.status is RunStatus.SUCCEEDED, receipt.error
    _, second = lab.asked()
    (result,) = second.question.results
    assert "role=admin" in result


@AGENTS
def test_a_run_in_the_middle(lab: Lab, tmp_path: Path, name: str) -> None:
    need(name)
    gate = tmp_path / "gate"
    lab.script(shell(name, WRITES), Say("The proof is written.", after=str(gate)))
    job = agent_job(lab, name, prompt=PROMPT)
    with agent_site(lab, tmp_path / "project", {"jobs": {"proof": job}}) as site:
        run_id = site.begin("proof")
        site.until(run_id, "agent_tool", ok=True)
        assert site.survivors()
        gate.touch()
        assert_told(site.outcome("proof"), name)


@AGENTS
def test_files(lab: Lab, tmp_path: Path, name: str) -> None:
    need(name)
    root = tmp_path / "project"
    steps = read(name, root / "given.txt"), write(name, root / "made.txt", "new")
    lab.script(*steps, Say("It is there."))
    job = agent_job(lab, name, prompt=PROMPT, role="member")
    files = {"given.txt": "found it"}
    with agent_site(lab, root, {"jobs": {"copies": job}}, files) as site:
        receipt = site.run("copies").receipt
        assert receipt.status is RunStatus.SUCCEEDED, receipt.error
        assert receipt.role == "member"
        assert (root / "made.txt").read_text("utf-8") == "new\n"
    assert "found it" in lab.asked()[1].question.results[0]
