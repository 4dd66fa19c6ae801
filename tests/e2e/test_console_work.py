"""What a person does in the console, in a real terminal, with jobs that really run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.orders import Decision, Order
from runner.model.run import RunStatus
from runner.model.views import HistoryQuery
from runner.process.clock import SystemClock
from tests.fakes.clock import FakeClock
from tests.helpers.site import active_runs, site, until
from tests.helpers.terminal import ENTER, ESCAPE, SMALL, TAB, console

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.views import RunView
    from tests.helpers.terminal import Terminal

pytestmark = pytest.mark.slow

HOUR_MS = 3_600_000

FAILING = "echo reading the feed; echo 'no such table: videos' >&2; exit 3"
COUNTING = f"echo one; {until('more')}; echo two; {until('end')}"


def only_run(project: Project, job_id: str) -> RunView:
    (run,) = api.history(project, HistoryQuery(job_id=job_id)).runs
    return run


def start(project: Project, job_id: str) -> str:
    return api.submit(project, Order(job_id, "tester"))


def choose(it: Terminal, job_id: str) -> None:
    """Put the cursor on a job as a person does: by looking for it."""
    it.press("/")
    it.wait_for("status:failed")
    it.press(*job_id, ENTER)
    it.wait_for(f"filter: {job_id}", lambda: it.line_with("▌", job_id))


def test_sees_what_runs_and_that_it_ends(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"sync": {"command": until("end")}}}) as project:
        start(project, "sync")
        with console(tmp_path) as it:
            it.wait_for("1 running", lambda: it.line_with("▶", "sync"))
            (tmp_path / "end").touch()
            it.wait_for("0 running", lambda: it.line_with("✓", "sync"))


def test_reads_what_a_failed_job_printed(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"sync": {"command": FAILING}}}) as project:
        start(project, "sync")
        with console(tmp_path, size=SMALL) as it:
            it.wait_for(lambda: it.line_with("✗", "sync"))
            it.press(ENTER)
            it.wait_for("[Overview]", "exit", "3")
            it.press("l")
            it.wait_for("[Log]", "reading the feed", "no such table: videos")
            it.press(ESCAPE)
            it.wait_for("KIND/ROLE")


def test_runs_as_another_role(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"sync": {"command": ["true"]}}}) as project:
        with console(tmp_path) as it:
            it.wait_for("sync")
            it.press("r")
            it.wait_for("Run sync", "(●) admin")
            it.click("member")
            it.wait_for("(●) member", "( ) admin")
            it.press(TAB, TAB, TAB, ENTER)
            it.wait_for(lambda: it.line_with("✓", "sync"))
        run = only_run(project, "sync")
        assert (run.role, run.trigger) == ("member", "console")


def test_stops_a_run_after_being_asked(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"sync": {"command": until("end")}}}) as project:
        start(project, "sync")
        with console(tmp_path) as it:
            it.wait_for(lambda: it.line_with("▶", "sync"))
            it.press("x")
            it.wait_for("Stop sync?", "No", "Yes")
            it.press(ENTER)
            it.wait_without("Stop sync?")
            assert only_run(project, "sync").status is RunStatus.RUNNING
            it.press("x")
            it.wait_for("Stop sync?")
            it.press("y")
            it.wait_for(lambda: it.line_with("■", "sync"), "0 running")
        assert only_run(project, "sync").status is RunStatus.CANCELLED


def test_pauses_and_takes_it_back(tmp_path: Path) -> None:
    jobs = {"sync": {"command": ["true"], "when": {"every": "1h"}}}
    with site(tmp_path, {"jobs": jobs}), console(tmp_path) as it:
        it.wait_for("sync", "every 1h", "0 held")
        it.press("p")
        it.wait_for("1 held", lambda: it.line_with("‖", "sync"))
        it.press("u")
        it.wait_for("0 held", lambda: not it.line_with("‖", "sync"))


def test_filters_and_takes_the_filter_back(tmp_path: Path) -> None:
    jobs = {"sync": {"command": ["true"]}, "digest": {"command": ["true"]}}
    with site(tmp_path, {"jobs": jobs}), console(tmp_path, size=SMALL) as it:
        it.wait_for("sync", "digest")
        choose(it, "digest")
        it.wait_without("sync")
        it.press(ESCAPE)
        it.wait_for("sync", "digest")
        it.wait_without("filter:")


def test_learns_why_it_did_not_run(tmp_path: Path) -> None:
    """Somebody had paused it when it was due."""
    now_ms = SystemClock().wall_ms()
    # Early in an hour, so that nobody is sent to wait for the next one.
    clock = FakeClock(now_ms - now_ms % HOUR_MS - 2 * HOUR_MS + HOUR_MS // 6)
    jobs = {"sync": {"command": ["true"], "when": {"every": "1h"}}}
    with site(tmp_path, {"jobs": jobs}, clock=clock) as project:
        api.tick(project)
        api.pause(project, "sync", Decision("ann", "moving house"))
        clock.set_wall(now_ms)
        api.tick(project)
        api.resume(project, "sync", Decision("ann"))
        with console(tmp_path, size=SMALL) as it:
            it.wait_for("sync")
            it.press("w")
            it.wait_for("Why sync", "paused")
            it.press(ESCAPE)
            it.wait_for("KIND/ROLE")


def test_follows_a_log_that_grows(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"sync": {"command": COUNTING}}}) as project:
        start(project, "sync")
        with console(tmp_path, size=SMALL) as it:
            it.wait_for(lambda: it.line_with("▶", "sync"))
            it.press("l")
            it.wait_for("following", lambda: it.line_with("one"))
            assert not it.line_with("two")
            (tmp_path / "more").touch()
            it.wait_for(lambda: it.line_with("two"))
        (tmp_path / "end").touch()


def test_goes_through_every_view(tmp_path: Path) -> None:
    jobs = {"sync": {"command": ["true"], "when": {"every": "1h"}}}
    with site(tmp_path, {"jobs": jobs}) as project:
        start(project, "sync")
        with console(tmp_path, size=SMALL) as it:
            for view in ("Runs 2", "Agenda 3", "Board 4", "System 5", "Jobs 1"):
                it.press(view[-1])
                it.wait_for(f"[{view}]")
            it.press("?")
            it.wait_for("Run at once")


def test_two_consoles_agree(tmp_path: Path) -> None:
    jobs = {"sync": {"command": ["true"], "when": {"every": "1h"}}}
    with (
        site(tmp_path, {"jobs": jobs}) as project,
        console(tmp_path) as one,
        console(tmp_path, size=SMALL) as other,
    ):
        one.press("p")
        other.wait_for(lambda: other.line_with("sync", "paused"))
        api.tick(project)
        other.press("p")
        one.wait_for(lambda: one.line_with("sync", "in "), "0 held")


def test_only_looks_where_it_may_not_act(tmp_path: Path) -> None:
    jobs = {"sync": {"command": ["true"], "when": {"every": "1h"}}}
    with site(tmp_path, {"jobs": jobs}) as project:
        with console(tmp_path, "--read-only") as it:
            it.wait_for("sync", "read-only")
            it.press("r", ENTER, "R", "p", "s", "w")
            it.wait_for("Why sync")
            assert "paused" not in it.text
        assert not active_runs(project)
        assert not api.history(project, HistoryQuery()).runs
