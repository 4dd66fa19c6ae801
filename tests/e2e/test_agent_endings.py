"""How agents' runs end that do not end well, and what is left of them: nothing."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.browse import definition_of
from runner.model.errors import Code
from runner.model.instants import utc_text
from runner.model.job import Kind
from runner.model.occurrence import Reason
from runner.model.orders import Order, ReplayOrder
from runner.model.run import RunStatus
from runner.model.views import JobState
from runner.process.environment import FAILPOINT_VARIABLE
from runner.store import control
from runner.store.spending import Bill
from tests.helpers.played import (
    SESSION,
    begins,
    claude,
    ends,
    played_site,
    put_on,
    says,
    shut_until,
    told,
    trace,
    turn,
)
from tests.helpers.project import ended, run_job
from tests.helpers.site import receipt_of, started, until, worker_of
from tests.helpers.spent import spent
from tests.helpers.still import at, still
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.receipt import Receipt
    from runner.model.views import RunView

pytestmark = pytest.mark.slow

AGENT = {"agent": "claude", "prompt": "Hello"}
HOUR = 3600
FOR_EVER = 'trap "" TERM\nsleep 60 & wait\n'


def outcome(
    project: Project, job_id: str = "a"
) -> tuple[RunView, Receipt, Mapping[str, object]]:
    """How a run ended; the data of its error."""
    view = run_job(project, job_id)
    receipt = receipt_of(project, view.run_id)
    return view, receipt, receipt.error.data if receipt.error else {}


def scratch(root: Path) -> list[Path]:
    """What is left in the folder of temporary files."""
    return list((root / "tmp").iterdir())


def repaired(project: Project, run_id: str) -> None:
    """Tick until a dead worker's run has ended."""

    def look() -> bool:
        api.tick(project)
        return api.resolve_run(project, run_id).status.ended

    wait_until(look, f"the end of {run_id}")


# -- budgets -----------------------------------------------------------------------


def test_stopped_at_the_next_figure_beyond_its_budget(tmp_path: Path) -> None:
    job = {**AGENT, "budget": {"turns": 5}}
    turns = [turn(number) for number in range(4)]
    scene = (
        says(begins(), *turns)
        + f"{until('gate')}\n"
        + says(turn(4), turn(5))
        + "exec sleep 60\n"
    )
    with played_site(tmp_path, {"jobs": {"a": job}}, {"a": scene}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        (warning,) = wait_until(
            lambda: told(project, run_id, "agent_budget"), "a warning"
        )
        assert warning["budget"] == "4 of 5 turns for a run"
        assert not api.resolve_run(project, run_id).status.ended
        (tmp_path / "gate").touch()

        view = ended(project, run_id)
        receipt = receipt_of(project, run_id)
        assert view.status is RunStatus.FAILED
        assert view.error_code == Code.AGENT_BUDGET_EXCEEDED
        assert view.error_message == "stopped by its budget: 6 of 5 turns for a run"
        assert receipt.error is not None
        assert receipt.error.data == {
            "budget_of": "a run",
            "measure": "turns",
            "limit": 5,
            "used": 6,
            "overshoot": 1,
        }
        (stopping,) = told(project, run_id, "stopping")
        assert stopping["reason"] == "budget"
        # It was interrupted, as it wants to be asked to stop.
        assert receipt.signal == signal.SIGINT
        assert scratch(tmp_path) == []


def test_it_may_tell_what_it_used_while_it_is_stopped(tmp_path: Path) -> None:
    job = {**AGENT, "budget": {"turns": 1, "usd": 0.2}}
    told_last = ends("", cost=0.75, read=4000, written=80)
    interrupted = {
        **told_last,
        "is_error": True,
        "terminal_reason": "aborted_streaming",
    }
    scene = (
        f"tell() {{\n{says(interrupted)}exit 0\n}}\ntrap tell INT\n"
        + says(begins(), turn(1), turn(2))
        + f"{until('never')}\n"
    )
    with played_site(tmp_path, {"jobs": {"a": job}}, {"a": scene}) as project:
        view, receipt, data = outcome(project)
        assert view.error_code == Code.AGENT_BUDGET_EXCEEDED
        assert data["measure"] == "usd"
        assert data["overshoot"] == pytest.approx(0.55)
        assert (receipt.cost_usd, view.cost_usd) == (0.75, 0.75)
        assert view.tokens == 4080


def test_a_cost_that_only_the_end_tells(tmp_path: Path) -> None:
    job = {**AGENT, "budget": {"usd": 0.2}}
    scenes = {"a": claude("The report is written.", cost=0.25)}
    with played_site(tmp_path, {"jobs": {"a": job}}, scenes) as project:
        view, receipt, data = outcome(project)
        summary = api.run_detail(project, view.run_id).folder.summary
        assert view.status is RunStatus.FAILED
        assert view.error_code == Code.AGENT_BUDGET_EXCEEDED
        assert view.error_message is not None
        assert "0.25 of 0.20 USD for a run" in view.error_message
        assert data["overshoot"] == pytest.approx(0.05)
        assert receipt.exit_code == 0
        assert "The report is written." in summary.read_text("utf-8")


def test_time_is_a_limit_for_any_program(tmp_path: Path) -> None:
    job = {
        "agent": "custom",
        "command": ["sleep", "60"],
        "prompt": "Hello",
        "budget": {"time": "1s"},
    }
    with played_site(tmp_path, {"jobs": {"a": job}}, {}) as project:
        view, _, data = outcome(project)
        assert view.error_code == Code.AGENT_BUDGET_EXCEEDED
        assert (data["measure"], data["limit"]) == ("time", 1)


# -- silence -----------------------------------------------------------------------


def test_one_that_tells_nothing_is_stopped_and_said_so(tmp_path: Path) -> None:
    job = {**AGENT, "silence": "1s"}
    scene = says(begins()) + "exec sleep 60\n"
    with played_site(tmp_path, {"jobs": {"a": job}}, {"a": scene}) as project:
        view, receipt, _ = outcome(project)
        assert view.status is RunStatus.TIMED_OUT
        assert view.error_code == Code.JOB_TIMEOUT
        assert view.error_message == "stopped as it told nothing for 1 s"
        assert receipt.agent is not None
        assert receipt.agent.session == SESSION


def test_who_may_be_silent_for_how_long(tmp_path: Path) -> None:
    custom = {"agent": "custom", "command": ["cat"], "prompt": "Hello"}
    jobs = {
        "usual": AGENT,
        "patient": {**AGENT, "silence": None},
        "custom": custom,
        "bound": {**custom, "silence": "5m"},
    }
    with played_site(tmp_path, {"jobs": jobs}, {}) as project:
        silences = {}
        for job_id in jobs:
            _, definition = definition_of(project, job_id)
            assert definition is not None
            assert definition.job.agent is not None
            silences[job_id] = definition.job.agent.silence
    assert silences == {"usual": 600, "patient": None, "custom": None, "bound": 300}


# -- a provider's limit ------------------------------------------------------------


def test_a_providers_limit_holds_the_job(tmp_path: Path) -> None:
    job = {**AGENT, "when": {"every": HOUR}}
    with played_site(tmp_path, {"jobs": {"a": job, "b": job}}, {}) as project:
        reset = project.now() + 2 * HOUR
        put_on(tmp_path, "a", shut_until(reset))
        view, receipt, data = outcome(project)
        assert view.error_code == Code.AGENT_UNAVAILABLE
        assert view.error_message == "You've hit your 5-hour limit"
        assert data == {"resets_at": utc_text(reset)}
        assert receipt.status is RunStatus.FAILED

        a, b = api.list_jobs(project)
        assert (a.state, b.state) == (JobState.HELD, JobState.IDLE)
        assert a.standing is not None
        assert (a.standing.what, a.standing.until) == (Reason.HELD, reset)
        assert a.standing.actor == f"run {view.run_id}"
        (entry,) = control.decisions(project.state.control)
        assert (entry.entry.what, entry.entry.until_at) == (control.What.HELD, reset)


def test_a_hold_outlives_the_worker(tmp_path: Path) -> None:
    """It dies between the receipt and the row: repair ends the run, and holds the job."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FAILPOINT_VARIABLE, "worker.receipt_written")
        with played_site(tmp_path, {"jobs": {"a": AGENT}}, {}) as project:
            reset = project.now() + 2 * HOUR
            put_on(tmp_path, "a", shut_until(reset))
            run_id = api.submit(project, Order("a", "tester"))
            folder = api.run_detail(project, run_id).folder
            wait_until(folder.receipt.exists, "the receipt")
            repaired(project, run_id)
            (job,) = api.list_jobs(project)
            assert job.state is JobState.HELD


# -- a stop while nothing of it runs -----------------------------------------------


def test_a_stop_while_its_servers_are_asked(tmp_path: Path) -> None:
    slow = {"command": ["sh", "-c", f"touch asked; {until('gate')}"]}
    jobs = {"a": {**AGENT, "mcp": {"slow": slow}}}
    with played_site(tmp_path, {"jobs": jobs}, {"a": claude()}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        wait_until((tmp_path / "asked").exists, "the server to start")
        api.cancel(project, run_id, actor="tester", kill=False)
        (tmp_path / "gate").touch()
        assert ended(project, run_id).status is RunStatus.CANCELLED
        assert receipt_of(project, run_id).attempts == ()
        assert told(project, run_id, "attempt_started") == []
        assert scratch(tmp_path) == []


def test_a_stop_while_evidence_is_looked_for(tmp_path: Path) -> None:
    expect = {"command": "touch asked; sleep 60"}
    jobs = {"a": {**AGENT, "expect": expect}}
    with played_site(tmp_path, {"jobs": jobs}, {"a": claude()}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        wait_until((tmp_path / "asked").exists, "the command to start")
        api.cancel(project, run_id, actor="tester", kill=False)
        view = ended(project, run_id)
        assert view.status is RunStatus.CANCELLED
        assert receipt_of(project, run_id).message == "All done."


# -- its own folder ----------------------------------------------------------------


MAKES_A_MESS = (
    'test -d "$TMPDIR" && echo x > "$TMPDIR/file"\n'
    'mkdir -p "$TMPDIR/a/b" && chmod 500 "$TMPDIR/a"\n'
    'echo "$TMPDIR" > tmpdir\n'
)


def test_its_folder_is_there_and_then_gone(tmp_path: Path) -> None:
    endings = {
        "good": (claude(), RunStatus.SUCCEEDED),
        "bad": ("exit 3\n", RunStatus.FAILED),
        "late": ("exec sleep 60\n", RunStatus.TIMED_OUT),
    }
    jobs = {job_id: {**AGENT, "timeout": "1s"} for job_id in endings}
    scenes = {job_id: MAKES_A_MESS + it[0] for job_id, it in endings.items()}
    with played_site(tmp_path, {"jobs": jobs}, scenes) as project:
        for job_id, (_, status) in endings.items():
            view = run_job(project, job_id)
            assert view.status is status
            tmpdir = (tmp_path / "tmpdir").read_text("utf-8").strip()
            assert tmpdir == str(tmp_path / "tmp" / f"jobconsole-{view.run_id}")
            assert scratch(tmp_path) == []


def test_its_folder_is_gone_after_a_stop(tmp_path: Path) -> None:
    scenes = {"a": MAKES_A_MESS + "exec sleep 60\n"}
    with played_site(tmp_path, {"jobs": {"a": AGENT}}, scenes) as project:
        run_id = api.submit(project, Order("a", "tester"))
        wait_until((tmp_path / "tmpdir").exists, "its folder")
        assert len(scratch(tmp_path)) == 1
        api.cancel(project, run_id, actor="tester", kill=False)
        assert ended(project, run_id).status is RunStatus.CANCELLED
        assert scratch(tmp_path) == []


def test_a_folder_in_its_place_is_not_touched(tmp_path: Path) -> None:
    """Another one's folder under its name: the run cannot start."""
    config = {"concurrency": {"agent": 1}, "jobs": {"a": AGENT, "b": AGENT}}
    scenes = {"a": until("gate") + "\n" + claude(), "b": claude()}
    with played_site(tmp_path, config, scenes) as project:
        api.submit(project, Order("a", "tester"))
        second = api.submit(project, Order("b", "tester"))
        taken = tmp_path / "tmp" / f"jobconsole-{second}"
        taken.mkdir()
        (taken / "mine").touch()
        (tmp_path / "gate").touch()
        view = ended(project, second)
        assert view.status is RunStatus.FAILED
        assert view.error_message is not None
        assert "cannot make the run's folder" in view.error_message
        assert (taken / "mine").exists()


# -- the worker's death ------------------------------------------------------------


def test_nothing_is_left_after_the_workers_death(tmp_path: Path) -> None:
    """The tool that it started, its folder; what it used is known all the same."""
    tool = "setsid sh -c 'echo $$ > tool; exec sleep 60' &\n"
    scene = (
        MAKES_A_MESS + says(begins(), turn(1, read=1000, tool="Bash")) + tool + FOR_EVER
    )
    with played_site(tmp_path, {"jobs": {"a": AGENT}}, {"a": scene}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        wait_until((tmp_path / "tool").exists, "the tool to start")
        wait_until(lambda: api.resolve_run(project, run_id).tokens, "its figures")
        started(project, run_id)
        os.kill(worker_of(project, run_id), signal.SIGKILL)
        repaired(project, run_id)
        view, receipt = api.resolve_run(project, run_id), receipt_of(project, run_id)
        assert view.status is RunStatus.LOST
        assert scratch(tmp_path) == []
        assert view.tokens == 1001
        assert receipt.usage is not None
        assert (receipt.usage.turns, receipt.usage.tools) == (1, 1)
        tool_pid = (tmp_path / "tool").read_text("utf-8").strip()
        assert any(str(it.pid) == tool_pid for it in receipt.leftovers)


def test_a_folder_that_no_manifest_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker died before it had written anything down."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    start = at("2026-11-20 12:00")
    with still(tmp_path, {}, start) as it:
        when = (start * 1000, None)
        mine = spent(it.project, "a", Bill(), when=when)
        other = spent(it.project, "b", Bill(), when=when, kind=Kind.COMMAND)
        # Nobody has the number of its worker any more.
        it.project.index.execute("UPDATE runs SET worker_start = 1")
        for run_id in (mine, other):
            (temporary / f"jobconsole-{run_id}" / "a").mkdir(parents=True)
        assert sorted(it.tick().repaired) == sorted([mine, other])
    assert scratch(tmp_path) == [temporary / f"jobconsole-{other}"]


def test_a_lost_run_can_go_on_in_its_session(tmp_path: Path) -> None:
    scene = says(begins(), turn(1)) + FOR_EVER
    with played_site(tmp_path, {"jobs": {"a": AGENT}}, {"a": scene}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        wait_until(lambda: told(project, run_id, "agent_turn"), "its first turn")
        os.kill(worker_of(project, run_id), signal.SIGKILL)
        repaired(project, run_id)
        put_on(tmp_path, "a", claude("Went on."))
        resume = ReplayOrder("tester", resume=True)
        view = ended(project, api.replay(project, run_id, resume).run_id)
        assert view.status is RunStatus.SUCCEEDED
        assert f"--resume={SESSION}" in trace(tmp_path, "a", "argv")
        (said,) = trace(tmp_path, "a", "stdin")
        assert said == (
            "Your earlier run of this job was lost (its worker died before it ended)."
            " Go on where you stopped."
        )
