"""Nothing of a run lives on, however it ended, and whatever its agent had left."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.engine.manifest import read_manifest
from runner.model.errors import Code
from runner.model.run import RunStatus
from runner.process.scratch import scratch_path
from tests.helpers.agent_runs import AT_ONCE, await_step, error_of, prompt_of
from tests.helpers.agents import agent_job, agent_site, mcp_server, need
from tests.helpers.processes import living
from tests.helpers.site import started, worker_of
from tests.helpers.wait import wait_until
from tests.lab.script import Call, Hang, Say
from tests.lab.vocabulary import ask_server, shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.agents import AgentSite, Outcome
    from tests.helpers.lab import Lab

ENDS = {
    "late": RunStatus.TIMED_OUT,
    "done": RunStatus.SUCCEEDED,
    "cancelled": RunStatus.CANCELLED,
    "lost": RunStatus.LOST,
}
TIMEOUT_SECONDS = 6
FAILED = Code.JOB_EXECUTION_FAILED
HIDDEN, OPEN = "setsid", "nohup"


def sleeper(how: str, job_id: str) -> str:
    """A process that is told from those of other runs."""
    seconds = 1000 + 10 * list(ENDS).index(job_id) + (HIDDEN, OPEN).index(how)
    return f"sleep {seconds}"


def leaves(name: str, job_id: str) -> Call:
    """Have the shell leave something behind in each way, once it is in its place."""
    words = []
    for how in (HIDDEN, OPEN):
        there = f"{job_id}.{how}"
        begun = f"sh -c 'touch {there}; exec {sleeper(how, job_id)}'"
        words.append(f"{how} {begun} </dev/null >/dev/null 2>&1 &")
        words.append(f"until [ -e {there} ]; do sleep 0.01; done;")
    return shell(name, " ".join(words))


def jobs(lab: Lab, name: str, gate: Path) -> Iterator[tuple[str, dict[str, object]]]:
    for job_id in ENDS:
        about = prompt_of(job_id)
        done = Say("It is done.", after=str(gate))
        last = done if job_id == "done" else Hang(times=None)
        first = leaves(name, job_id), ask_server(name, "tc", "ping")
        lab.script(*first, last, about=about)
        keys: dict[str, object] = {"prompt": about, "mcp": {"tc": mcp_server()}}
        if job_id == "late":
            keys["timeout"] = TIMEOUT_SECONDS
        yield job_id, agent_job(lab, name, **keys)


def sleepers_at_end(lab: Lab, job_id: str) -> set[int]:
    """The pids of those that are there when the model is asked for the last time."""
    await_step(lab, job_id, 2)
    words = {sleeper(how, job_id) for how in (HIDDEN, OPEN)}
    return {pid for pid, command in lab.inhabitants().items() if command in words}


def assert_gone(outcome: Outcome, left: set[int]) -> None:
    """The receipt tells of all that was left, and the run's own folder is gone.

    Codex ends by itself what is in the group of its shell.
    """
    killed = {it.pid for it in outcome.receipt.leftovers if it.outcome == "killed"}
    assert left
    assert killed >= left
    manifest = read_manifest(outcome.folder)
    assert manifest is not None
    assert manifest.tmpdir is not None
    assert not Path(manifest.tmpdir).exists()


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_nothing_lives_on(lab: Lab, tmp_path: Path, name: str) -> None:
    need(name)
    gate = tmp_path / "gate"
    config = {"jobs": dict(jobs(lab, name, gate)), "concurrency": {"agent": AT_ONCE}}
    with agent_site(lab, tmp_path / "project", config) as site:
        others = [job_id for job_id in ENDS if job_id != "late"]
        site.begin("late")
        left = {"late": sleepers_at_end(lab, "late")}  # while it has time
        run_ids = {job_id: site.begin(job_id) for job_id in others}
        left |= {job_id: sleepers_at_end(lab, job_id) for job_id in others}
        gate.touch()
        stop(site, run_ids)
        outcomes = {job_id: site.outcome(job_id) for job_id in ENDS}
        assert {it: outcomes[it].receipt.status for it in ENDS} == ENDS
        for job_id in ENDS:
            assert_gone(outcomes[job_id], left[job_id])
        assert site.survivors() == []


def stop(site: AgentSite, run_ids: dict[str, str]) -> None:
    """One by its operator, one by its worker's death; another by its timeout."""
    assert site.jobconsole("cancel", run_ids["cancelled"]).returncode == 0
    kill(worker_of(site.project, run_ids["lost"]))
    site.tick()


def kill(worker: int) -> None:
    """A process that nobody here waits for."""
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not living([worker]), "the worker's end")


def test_a_worker_that_dies_while_it_asks_the_servers(lab: Lab, tmp_path: Path) -> None:
    """The agent has not begun, and a server that hangs is all that lives of the run."""
    need("claude")
    servers = {"hangs": mcp_server("hang")}
    job = agent_job(lab, "claude", prompt=prompt_of("job"), mcp=servers)
    with agent_site(lab, tmp_path / "project", {"jobs": {"job": job}}) as site:
        run_id = site.begin("job")
        wait_until(site.survivors, "the server")
        kill(worker_of(site.project, run_id))
        site.tick()
        assert site.outcome("job").receipt.status is RunStatus.LOST
        assert site.survivors() == []
        assert not scratch_path(run_id, site.project.start).exists()
    assert lab.asked() == []


def test_a_program_that_is_killed(lab: Lab, tmp_path: Path) -> None:
    need("codex")
    about = prompt_of("job")
    lab.script(leaves("codex", "done"), Hang(times=None), about=about)
    job = agent_job(lab, "codex", prompt=about)
    with agent_site(lab, tmp_path / "project", {"jobs": {"job": job}}) as site:
        run_id = site.begin("job")
        await_step(lab, "job", 1)
        os.kill(started(site.project, run_id), signal.SIGKILL)
        outcome = site.outcome("job")
        error = error_of(outcome.receipt)
        assert (error.code, error.message) == (FAILED, "ended by SIGKILL")
        assert site.survivors() == []
