"""What an agent may touch under each role, and how it is told of its role."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.run import RunStatus
from runner.model.views import HistoryQuery
from tests.helpers.agent_runs import Meeting, meet, prompt_of, results_of
from tests.helpers.agents import agent_job, agent_site, need
from tests.helpers.processes import JOBCONSOLE
from tests.lab.daemon import daemon
from tests.lab.script import Say
from tests.lab.vocabulary import read, shell, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.lab import Lab
    from tests.lab.script import AnyStep

TELLS_ROLE = (
    'echo "roles: $JOBCONSOLE_ROLE $TELECLAUDE_JOB_ROLE";'
    " sed 's/^/marker: /' \"$JOBCONSOLE_ROLE_FILE\""
)

INSIDE = {"shell in", "tool in"}
ALL = {*INSIDE, "shell out", "tool out"}
WRITTEN = {
    # The shells of claude and gemini are not confined, only their tools for files.
    "claude": {"admin": ALL, "member": {*INSIDE, "shell out"}, "viewer": set()},
    "codex": {"admin": ALL, "member": INSIDE, "viewer": set()},
    "gemini": {"member": {*INSIDE, "shell out"}, "viewer": set()},
}
"""Where each role may write, in and out of the project."""

NO_SHELL = {("claude", "viewer"), ("gemini", "viewer")}


def places(root: Path, role: str) -> dict[str, Path]:
    """What the model asks to be written, and whether by the shell or by a tool."""
    outside = root.parent
    return {
        "shell in": root / f"{role}-shell.txt",
        "tool in": root / f"{role}-tool.txt",
        "shell out": outside / f"{role}-shell.txt",
        "tool out": outside / f"{role}-tool.txt",
    }


def steps(name: str, root: Path, role: str) -> tuple[AnyStep, ...]:
    to = places(root, role)
    return (
        shell(name, f"{TELLS_ROLE}; echo 1 > '{to['shell in']}'"),
        shell(name, f"echo 1 > '{to['shell out']}'"),
        write(name, to["tool in"], "1"),
        write(name, to["tool out"], "1"),
        read(name, root / "given.txt"),
        Say("I have tried it all."),
    )


@pytest.mark.parametrize("name", WRITTEN)
def test_a_role(lab: Lab, tmp_path: Path, name: str) -> None:
    root = tmp_path / "project"
    roles = WRITTEN[name]
    tried = {it: Meeting(steps(name, root, it), {"role": it}) for it in roles}
    outcomes = meet(lab, root, name, tried, {"given.txt": "found it"})
    for role, (_, receipt, events, folder) in outcomes.items():
        assert receipt.status is RunStatus.SUCCEEDED, receipt.error
        assert receipt.role == role
        assert folder.role.read_text("utf-8") == f"{role}\n"
        assert receipt.usage is not None
        assert receipt.usage.tools == 5
        assert {"event": "run_started", "role": role}.items() <= events[0].items()
        *_, last = results_of(lab, role)
        assert "found it" in last
        first = results_of(lab, role)[0]
        told = f"roles: {role} {role}" in first, f"marker: {role}" in first
        assert all(told) if (name, role) not in NO_SHELL else not any(told)
    written = {
        role: {what for what, path in places(root, role).items() if path.exists()}
        for role in roles
    }
    assert written == roles


JOBCONSOLE_HERE = shlex.join(JOBCONSOLE)


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_a_run_inside_a_run(lab: Lab, tmp_path: Path, name: str) -> None:
    """An agent starts others as what it is or less, whatever it does to its mark."""
    need(name)
    starts = f"{JOBCONSOLE_HERE} run --detach other"
    tries = f"{starts}; {starts} --role viewer; env -u JOBCONSOLE_RUN_ID {starts}"
    about = prompt_of("job")
    lab.script(shell(name, f"{tries}; true"), Say("It is started."), about=about)
    jobs = {
        "job": agent_job(lab, name, prompt=about, role="member"),
        "other": {"command": ["true"]},
    }
    with agent_site(lab, tmp_path / "project", {"jobs": jobs}) as site:
        receipt = site.run("job").receipt
        assert receipt.status is RunStatus.SUCCEEDED, receipt.error
        said = results_of(lab, "job")
        assert "may not start as admin" in said[0], said
        others = api.history(site.project, HistoryQuery(job_id="other")).runs
        assert {it.role for it in others} == {"viewer"}


def test_a_role_that_a_daemon_tells(lab: Lab, tmp_path: Path) -> None:
    need("claude")
    root, socket = tmp_path / "project", tmp_path / "api.sock"
    about = prompt_of("job")
    lab.script(write("claude", root / "made.txt", "1"), Say("No."), about=about)
    jobs = {"job": agent_job(lab, "claude", prompt=about)}
    config = {"jobs": jobs, "daemon": {"socket": str(socket)}}
    with (
        daemon(socket, roles={"job": "viewer"}),
        agent_site(lab, root, config) as site,
    ):
        receipt = site.run("job").receipt
        assert receipt.status is RunStatus.SUCCEEDED, receipt.error
        assert receipt.role == "viewer"
    assert not (root / "made.txt").exists()


def test_hooks_of_the_project(lab: Lab, tmp_path: Path) -> None:
    """Whoever may write in the project does not get around a role by its settings."""
    root, proof = tmp_path / "project", tmp_path / "hooked.txt"
    hook = {"hooks": [{"type": "command", "command": f"echo 1 > '{proof}'"}]}
    settings = json.dumps({"hooks": {"SessionStart": [hook]}})
    names = ".claude/settings.json", ".claude/settings.local.json"
    narrow = {
        it: Meeting((Say("It is done."),), {"role": it}) for it in ("member", "viewer")
    }
    outcomes = meet(lab, root, "claude", narrow, dict.fromkeys(names, settings))
    for outcome in outcomes.values():
        assert outcome.receipt.status is RunStatus.SUCCEEDED, outcome.receipt.error
    assert not proof.exists()
