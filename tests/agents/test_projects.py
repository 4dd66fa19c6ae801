"""The project that is really run: its agents' jobs from a tick, and from the console."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest

from runner import api
from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery
from tests.helpers.agents import agent_job, agent_site, need
from tests.helpers.processes import JOBCONSOLE
from tests.helpers.terminal import CLEAR, ENTER, LARGE, terminal
from tests.lab.script import Say
from tests.lab.vocabulary import read, shell, write

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from runner.model.views import RunView
    from tests.helpers.agents import AgentSite, Outcome
    from tests.helpers.lab import Lab
    from tests.helpers.terminal import Terminal
    from tests.lab.script import AnyStep

REAL = Path(__file__).parents[1] / "data" / "config" / "teleclaude.yml"
AFTER_JOBS = "# git:"

PREPARE = """\
  next_prepare_{what}:
    schedule: weekly
    preferred_weekday: 0
    preferred_hour: 9
    type: agent
    job: next-prepare-{what}
    agent: claude
    thinking_mode: med
    expect: {{files: [todo/{what}.md]}}
"""
SPECS = "docs/project/spec/jobs"
FILES = {
    f"{SPECS}/memory-review.md": "Read memory.md and tell what is stale.\n",
    f"{SPECS}/log-bug-hunter.md": "Read app.log and write todo/bug.md.\n",
    f"{SPECS}/next-prepare-draft.md": "Read roadmap.md and write todo/draft.md.\n",
    f"{SPECS}/next-prepare-gate.md": "Read rules.md and write todo/gate.md.\n",
    f"{SPECS}/help-desk-intelligence.md": "Answer the help desk.\n",
    "jobs/youtube_scraper.py": "print('no news')\n",
    "jobs/youtube_sync_subscriptions.py": "print('no news')\n",
    "memory.md": "- the cache is in Redis\n",
    "app.log": "ERROR no such table: videos\n",
    "roadmap.md": "1. playlists\n",
    "rules.md": "No draft without a test.\n",
}


class Work(NamedTuple):
    """What an agent does as its spec document has it: what it reads, writes, says."""

    agent: str
    model: str
    reads: str
    writes: str
    says: str


NOTHING = "OK, nothing to report."
SONNET = "claude-sonnet-5-5"
WORKS = {
    "memory_review": Work("claude", "claude-haiku-5-5", "memory.md", "", NOTHING),
    "log_bug_hunter": Work("codex", "gpt-6-luna", "app.log", "bug.md", "One bug."),
    "next_prepare_draft": Work(
        "claude", SONNET, "roadmap.md", "draft.md", "The draft is written."
    ),
    "next_prepare_gate": Work(
        "claude", SONNET, "rules.md", "gate.md", "The draft may pass."
    ),
}
PRICES = {"gpt-6-luna": {"input": 1, "cached": 0.1, "output": 10}}
THREE_ANSWERS_USD = (2_100 * 1 + 900 * 0.1 + 150 * 10) / 1_000_000


class Access(msgspec.Struct):
    """How an agent is told of the lab's server."""

    env: dict[str, str]
    args: list[str]


def access(lab: Lab, name: str) -> Access:
    return msgspec.convert(agent_job(lab, name), Access)


def open_project(lab: Lab, root: Path) -> AbstractContextManager[AgentSite]:
    """The real file with two jobs more, and below it how to reach the model here."""
    above, mark, below = REAL.read_text("utf-8").partition(AFTER_JOBS)
    assert mark
    more = "".join(PREPARE.format(what=it) for it in ("draft", "gate"))
    claude, codex = access(lab, "claude"), access(lab, "codex")
    ours = {
        "defaults": {"env": claude.env | codex.env},
        "roles": {"admin": {"agent_flags": {"codex": codex.args}}},
        "prices": PRICES,
        "daemon": {"socket": str(root / "nobody.sock")},
    }
    lines = "".join(f"{key}: {json.dumps(it)}\n" for key, it in ours.items())
    real = {"teleclaude.yml": f"{above}{more}{mark}{below}\n{lines}"}
    return agent_site(lab, root, {}, FILES | real)


def about(job_id: str) -> str:
    return f"You are running the {job_id} job."


def play(lab: Lab, root: Path, job_id: str) -> None:
    """Have the model do the work of a job."""
    work = WORKS[job_id]
    steps: list[AnyStep] = [read(work.agent, root / work.reads)]
    if work.writes:
        steps.append(write(work.agent, root / "todo" / work.writes, work.says))
    lab.script(*steps, Say(work.says), about=about(job_id))


def assert_told(lab: Lab, root: Path, job_id: str, outcome: Outcome) -> None:
    """The receipt says what was done, in which role, at what cost."""
    work, receipt = WORKS[job_id], outcome.receipt
    assert receipt.status is RunStatus.SUCCEEDED, receipt.error
    assert (receipt.trigger, receipt.role) == (Trigger.SCHEDULE, "admin")
    assert receipt.agent is not None
    assert (receipt.agent.name, receipt.agent.model) == (work.agent, work.model)
    assert receipt.agent.session
    assert receipt.message == work.says
    assert work.says in outcome.folder.summary.read_text("utf-8")
    assert receipt.nothing_to_report is (work.says == NOTHING)
    assert receipt.cost_usd
    assert receipt.cost_estimated is (work.agent == "codex")
    assert outcome.run.cost_usd == receipt.cost_usd
    asked = [it for it in lab.asked() if it.conversation == about(job_id)][-1]
    spec = f"Read @{SPECS}/{job_id.replace('_', '-')}.md for your full instructions."
    assert spec in asked.question.prompt
    assert FILES[work.reads].strip() in asked.question.results[0]
    if work.writes:
        written = root / "todo" / work.writes
        assert written.read_text("utf-8") == f"{work.says}\n"


def test_from_a_tick(lab: Lab, tmp_path: Path) -> None:
    """All of them are due at once, and run one after another."""
    need("claude", "codex")
    root = tmp_path / "project"
    with open_project(lab, root) as site:
        assert site.jobconsole("validate").returncode == 0
        for job_id in WORKS:
            play(lab, root, job_id)
        site.tick()
        outcomes = {job_id: site.outcome(job_id) for job_id in WORKS}
        for job_id, outcome in outcomes.items():
            assert_told(lab, root, job_id, outcome)
        hunter = outcomes["log_bug_hunter"].receipt
        assert hunter.cost_usd == pytest.approx(THREE_ANSWERS_USD)
        assert_one_after_another([it.run for it in outcomes.values()])
        assert len(api.history(site.project, HistoryQuery()).runs) == len(WORKS)
        assert site.survivors() == []
        today = api.spending(site.project).today_usd
        costs = [it.receipt.cost_usd or 0.0 for it in outcomes.values()]
        assert today == pytest.approx(sum(costs))


def assert_one_after_another(runs: list[RunView]) -> None:
    spans = sorted((it.started_ms or 0, it.ended_ms or 0) for it in runs)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))


def test_from_the_console(lab: Lab, tmp_path: Path) -> None:
    need("claude", "codex")
    root = tmp_path / "project"
    with open_project(lab, root) as site:
        command = site.lab.inside(JOBCONSOLE)
        with terminal(command, root, LARGE, site.project.start) as it:
            it.wait_for("KIND/ROLE")
            run_from(it, site, "memory_review", "uses Bash")
            run_from(it, site, "log_bug_hunter", "uses command_execution")
        for job_id in ("memory_review", "log_bug_hunter"):
            receipt = site.outcome(job_id).receipt
            assert (receipt.trigger, receipt.role) == (Trigger.CONSOLE, "admin")
            assert receipt.message == WORKS[job_id].says
        assert site.survivors() == []


def run_from(it: Terminal, site: AgentSite, job_id: str, in_use: str) -> None:
    """Run a job as its operator does, and see it at work and at its end."""
    work, gate = WORKS[job_id], site.root / f"{job_id}.gate"
    waits = shell(work.agent, f"until [ -e '{gate}' ]; do sleep 0.02; done")
    site.lab.script(waits, Say(work.says), about=about(job_id))
    it.press("/")
    it.wait_for("^p palette", lambda: it.line_with("esc clear"))
    it.press(CLEAR, *job_id, ENTER)
    it.wait_for(f"filter: {job_id}", lambda: it.line_with("▌", job_id))
    it.press("r")
    it.wait_for(f"Run {job_id}", "(●) admin")
    it.press(ENTER)
    it.wait_for("1 running", "turn 1", in_use)
    gate.touch()
    it.wait_for("0 running", lambda: it.line_with("✓", job_id), work.says)
