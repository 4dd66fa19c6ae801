"""A run that is replayed goes on in its agent's session, however it had ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.model.errors import Code
from runner.model.run import RunStatus, Trigger
from tests.helpers.agent_runs import (
    AT_ONCE,
    await_step,
    error_of,
    last_question,
    prompt_of,
)
from tests.helpers.agents import agent_job, agent_site, need, programs
from tests.helpers.project import write_project
from tests.helpers.site import worker_of
from tests.lab.script import Hang, Say
from tests.lab.vocabulary import shell, write

if TYPE_CHECKING:
    from tests.helpers.agents import AgentSite, Outcome
    from tests.helpers.lab import Lab

ENDS = {
    "done": RunStatus.SUCCEEDED,
    "stopped": RunStatus.CANCELLED,
    "lost": RunStatus.LOST,
}


def end_first(site: AgentSite) -> dict[str, Outcome]:
    """The first run of each job, with the end that the job is named for."""
    run_ids = {job_id: site.begin(job_id) for job_id in ENDS}
    for job_id, run_id in run_ids.items():
        site.until(run_id, "agent_tool", ok=True)
        await_step(site.lab, job_id, 1)
    assert site.jobconsole("cancel", run_ids["stopped"]).returncode == 0
    os.kill(worker_of(site.project, run_ids["lost"]), signal.SIGKILL)
    site.tick()
    return {job_id: site.outcome(job_id) for job_id in ENDS}


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_goes_on(lab: Lab, tmp_path: Path, name: str) -> None:
    need(name)
    jobs = {}
    for job_id in ENDS:
        about = prompt_of(job_id)
        second = Say("The first half is done.") if job_id == "done" else Hang()
        later = shell(name, "echo second"), Say("It is all done.")
        lab.script(shell(name, "echo first"), second, *later, about=about)
        jobs[job_id] = agent_job(lab, name, prompt=about)
    config = {"jobs": jobs, "concurrency": {"agent": AT_ONCE}}
    with agent_site(lab, tmp_path / "project", config) as site:
        before = end_first(site)
        for it in before.values():
            site.jobconsole("replay", "--resume", "--detach", it.run.run_id)
        after = {job_id: site.outcome(job_id) for job_id in ENDS}
        for job_id, status in ENDS.items():
            assert before[job_id].receipt.status is status
            assert_went_on(lab, before[job_id], after[job_id])
        compared = differences(site, before["done"], after["done"])
        assert compared >= {"prompt", "argv", "trigger"}
        assert not compared & {"model", name, "config_sha256", "role"}


def assert_went_on(lab: Lab, before: Outcome, after: Outcome) -> None:
    """In the same session, with an account of its own."""
    first, second = before.receipt, after.receipt
    assert second.run_id != first.run_id
    assert second.status is RunStatus.SUCCEEDED, second.error
    assert (second.trigger, second.references) == (Trigger.REPLAY, (first.run_id,))
    assert first.agent is not None
    assert second.agent is not None
    assert first.agent.session
    assert first.agent.session == second.agent.resumed == second.agent.session
    assert second.usage is not None
    assert (second.usage.tokens, second.usage.tools) == (2100, 1)
    asked = last_question(lab, second.job_id)
    if first.status is RunStatus.SUCCEEDED:
        assert second.cost_usd == first.cost_usd
    told = "first" in asked.results[0], "second" in asked.results[-1]
    assert told == (True, True)
    assert "Go on where you stopped." in asked.prompt


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_goes_on_as_a_viewer(lab: Lab, tmp_path: Path, name: str) -> None:
    """A session that began with all permissions does not keep them."""
    need(name)
    root, about = tmp_path / "project", prompt_of("job")
    first = shell(name, "echo 1 > first.txt"), Say("It is begun.")
    tries = shell(name, "echo 1 > shell.txt"), write(name, root / "tool.txt", "1")
    lab.script(*first, *tries, Say("I may not."), about=about)
    jobs = {"job": agent_job(lab, name, prompt=about)}
    with agent_site(lab, root, {"jobs": jobs}) as site:
        run_id = site.run("job").run.run_id
        site.jobconsole("replay", "--resume", "--role", "viewer", run_id)
        receipt = site.outcome("job").receipt
        assert receipt.status is RunStatus.SUCCEEDED, receipt.error
        assert (receipt.role, receipt.message) == ("viewer", "I may not.")
    assert [it.name for it in root.glob("*.txt")] == ["first.txt"]


def differences(site: AgentSite, one: Outcome, other: Outcome) -> set[str]:
    """The names of all that is not the same."""
    words = "compare", one.run.run_id, other.run.run_id, "--json"
    facts = json.loads(site.jobconsole(*words).stdout)["facts"]
    return {it["name"] for it in facts if not it["same"]}


def test_a_session_that_is_gone(lab: Lab, tmp_path: Path) -> None:
    need("claude")
    lab.script(Say("It is done."))
    job = agent_job(lab, "claude", prompt=prompt_of("job"))
    with agent_site(lab, tmp_path / "project", {"jobs": {"job": job}}) as site:
        run_id = site.run("job").run.run_id
        shutil.rmtree(Path(site.project.start["HOME"]) / ".claude" / "projects")
        site.jobconsole("replay", "--resume", run_id)
        receipt = site.outcome("job").receipt
        assert receipt.trigger is Trigger.REPLAY
        error = error_of(receipt)
        assert error.code == Code.JOB_EXECUTION_FAILED
        assert "No conversation found" in error.message


NEWER = """\
#!/bin/sh
if [ "$1" = --version ]; then echo '9.9.9 (Claude Code)'; else exec {program} "$@"; fi
"""


def test_another_model_and_a_newer_program(lab: Lab, tmp_path: Path) -> None:
    need("claude")
    lab.script(Say("It is done.", times=None))
    root = tmp_path / "project"
    job = agent_job(lab, "claude", prompt=prompt_of("job"))
    with agent_site(lab, root, {"jobs": {"job": job}}) as site:
        one = site.run("job")
        folder = programs()["claude"].folder
        newer = root / "bin" / "claude"
        newer.parent.mkdir()
        newer.write_text(NEWER.format(program=folder / "claude"), "utf-8")
        newer.chmod(0o755)
        env = {"PATH": f"{newer.parent}:{site.project.start['PATH']}"}
        job = agent_job(lab, "claude", prompt=prompt_of("job"), model="haiku", env=env)
        write_project(root, json.dumps({"jobs": {"job": job}}))
        other = site.run("job")
        assert other.receipt.status is RunStatus.SUCCEEDED, other.receipt.error
        told = differences(site, one, other)
        assert told >= {"model", "claude", "config_sha256", "argv"}
        assert not told & {"prompt", "role", "trigger"}
