"""However the console ends, the terminal is as it was, and runs go on."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.orders import Order
from runner.model.run import RunStatus
from runner.model.views import HistoryQuery
from tests.helpers.project import opened, write_project
from tests.helpers.site import site, until
from tests.helpers.terminal import (
    CTRL_C,
    CTRL_P,
    ENTER,
    LARGE,
    SMALL,
    console,
    opening,
)
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runner.engine.project import Project
    from tests.helpers.terminal import Terminal

pytestmark = pytest.mark.slow

SOON_SECONDS = 5.0
JOBS = "jobs: {sync: {command: [echo, hello]}}"


def start_here(it: Terminal, job_id: str) -> None:
    it.press("r")
    it.wait_for(f"Run {job_id}")
    it.press(ENTER)
    it.wait_for(lambda: it.line_with("▶", job_id))


def test_quit(tmp_path: Path) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path) as it:
        it.press("q")
        assert it.finish(SOON_SECONDS) == (0, None)
        it.assert_restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end(tmp_path: Path, number: signal.Signals) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path) as it:
        os.kill(it.pid, number)
        it.finish(SOON_SECONDS)
        it.assert_restored()


@pytest.mark.parametrize("keys", ["", "r", ":", CTRL_P, "5"])
def test_the_terminal_is_closed(tmp_path: Path, keys: str) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path) as it:
        it.press(*keys)
        it.hang_up()
        it.finish(SOON_SECONDS)


def test_the_terminal_is_closed_while_a_log_grows(tmp_path: Path) -> None:
    """Nothing that is painted meanwhile is waited for."""
    babbling = "while :; do echo a line of output; done"
    with site(tmp_path, {"jobs": {"sync": {"command": babbling}}}) as project:
        api.submit(project, Order("sync", "tester"))
        with console(tmp_path, size=LARGE) as it:
            it.wait_for(lambda: it.line_with("▶", "sync"))
            it.press("l")
            it.wait_for("a line of output")
            it.press("W" * 50)
            it.hang_up()
            it.finish(SOON_SECONDS)


def test_ctrl_c_ends_nothing(tmp_path: Path) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path) as it:
        it.press(CTRL_C)
        it.press("?")
        it.wait_for("Run at once")


def test_stopped_and_continued(tmp_path: Path) -> None:
    """As by ctrl-Z and `fg`: in between the terminal is the shell's."""
    write_project(tmp_path, JOBS)
    with console(tmp_path) as it:
        os.kill(it.pid, signal.SIGTSTP)
        it.wait_for(lambda: b"\x1b[?1004l" in it.raw)
        it.assert_restored()
        it.wipe()
        os.kill(it.pid, signal.SIGCONT)
        it.wait_for("KIND/ROLE", "[Jobs 1]", "sync", "? help")


def run_is(project: Project, status: RunStatus) -> bool:
    return all(it.status is status for it in api.history(project, HistoryQuery()).runs)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_run_outlives_the_console_that_started_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    with site(tmp_path, {"jobs": {"sync": {"command": until("end")}}}) as project:
        with console(tmp_path) as it:
            start_here(it, "sync")
            os.kill(it.pid, number)
            it.finish()
        api.tick(project)
        assert run_is(project, RunStatus.RUNNING)
        (tmp_path / "end").touch()
        wait_until(lambda: run_is(project, RunStatus.SUCCEEDED), "the run to end well")


def test_a_run_outlives_its_terminal(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"sync": {"command": until("end")}}}) as project:
        with console(tmp_path) as it:
            start_here(it, "sync")
            it.hang_up()
            it.finish(SOON_SECONDS)
        assert run_is(project, RunStatus.RUNNING)
        (tmp_path / "end").touch()
        wait_until(lambda: run_is(project, RunStatus.SUCCEEDED), "the run to end well")


def remove_state(root: Path) -> None:
    shutil.rmtree(root / ".jobconsole")


def replace_index(root: Path) -> None:
    for path in (root / ".jobconsole").glob("index.db*"):
        path.unlink()
    (root / ".jobconsole" / "index.db").write_bytes(b"not a database" * 1000)


def upgrade_index(root: Path) -> None:
    with opened(root / "teleclaude.yml") as project:
        (now,) = project.index.execute("PRAGMA user_version").fetchone()
        project.index.execute(f"PRAGMA user_version = {now + 1}")


@pytest.mark.parametrize(
    ("loss", "said", "view"),
    [
        (remove_state, "is not there any more", "1"),
        (replace_index, "index.db", "2"),
        (upgrade_index, "was written by a newer jobconsole", "r"),
        (upgrade_index, "was written by a newer jobconsole", "l"),
    ],
)
def test_the_state_is_lost(
    tmp_path: Path, loss: Callable[[Path], None], said: str, view: str
) -> None:
    """Said once, on the screen that the shell has again."""
    write_project(tmp_path, JOBS)
    with console(tmp_path, size=SMALL) as it:
        it.press(view)
        loss(tmp_path)
        assert it.finish(SOON_SECONDS) == (3, None)
        it.assert_restored()
        _, _, after = bytes(it.raw).rpartition(b"\x1b[?1049l")
        assert after.count(b"error: ") == 1
        assert said.encode() in after


def test_a_newer_state_is_not_opened(tmp_path: Path) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path):
        pass
    upgrade_index(tmp_path)
    with opening(tmp_path) as it:
        assert it.finish(SOON_SECONDS) == (3, None)
        it.wait_for("hint: Upgrade this jobconsole.")
        assert b"\x1b[?1049h" not in it.raw


def test_a_configuration_that_goes_away_is_told(tmp_path: Path) -> None:
    config = write_project(tmp_path, JOBS)
    with console(tmp_path, size=SMALL) as it:
        it.wait_for("sync")
        config.unlink()
        it.wait_for("broken configuration", "sync")
        config.write_text(JOBS.replace("sync", "digest"), "utf-8")
        it.wait_for("digest")
        it.wait_without("broken configuration")
