"""SIGKILL of a child, and of a worker whose run hides its processes."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.errors import Code
from runner.model.orders import Order
from runner.model.run import RunStatus
from runner.process.cgroup import own_folder
from tests.helpers.crash import command, until_killed
from tests.helpers.processes import living, python_program
from tests.helpers.project import ended
from tests.helpers.site import receipt_of, site, started, worker_of
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.receipt import Receipt
    from runner.model.views import RunView

HIDDEN = "double+setsid+clean+deaf+closed"
"""Told neither by session, marker, descriptor nor descent."""


def submitted(project: Project) -> str:
    return api.submit(project, Order("a", "tester"))


def lost(project: Project, run_id: str) -> RunView:
    """Kill the worker of a run; what the next tick makes of it."""
    worker = worker_of(project, run_id)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not living([worker]), "the worker to die")
    assert api.tick(project).repaired == [run_id]
    return api.resolve_run(project, run_id)


def test_a_killed_child_failed(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": ["sleep", "300"]}}}) as project:
        run_id = submitted(project)
        os.kill(started(project, run_id), signal.SIGKILL)
        view = ended(project, run_id)
    assert view.status is RunStatus.FAILED
    assert (view.exit_code, view.signal) == (None, signal.SIGKILL)
    assert view.error_message == "ended by SIGKILL"


def test_a_deaf_child_does_not_outlive_its_worker_for_long(tmp_path: Path) -> None:
    deaf = "trap '' TERM HUP INT; touch deaf; while :; do sleep 0.05; done"
    with site(tmp_path, {"jobs": {"a": {"command": deaf}}}) as project:
        run_id = submitted(project)
        child = started(project, run_id)
        wait_until((tmp_path / "deaf").exists, "the child to turn deaf")
        view = lost(project, run_id)
        assert not living([child])
    assert view.status is RunStatus.LOST
    assert view.error_code == Code.JOB_LOST
    assert view.started_ms is not None


def test_a_worker_is_killed_and_its_run_stopped(tmp_path: Path) -> None:
    """A stopped child neither goes on nor hides."""
    with site(tmp_path, {"jobs": {"a": {"command": ["sleep", "300"]}}}) as project:
        run_id = submitted(project)
        child = started(project, run_id)
        os.kill(child, signal.SIGSTOP)
        assert lost(project, run_id).status is RunStatus.LOST
        assert not living([child])


def test_what_was_sighted_is_found_again(tmp_path: Path) -> None:
    receipt, hidden = after_the_worker(tmp_path, lambda what: "cgroup" not in what)
    assert {left.pid: left.found_by for left in receipt.leftovers}[hidden] == "seen"


@pytest.mark.skipif(own_folder() is None, reason="no cgroup is ours to make")
def test_what_was_never_sighted_is_in_the_cgroup(tmp_path: Path) -> None:
    receipt, hidden = after_the_worker(tmp_path, lambda what: "cgroup" in what)
    assert {left.pid: left.found_by for left in receipt.leftovers}[hidden] == "cgroup"


def after_the_worker(
    root: Path, keep: Callable[[dict[str, object]], bool]
) -> tuple[Receipt, int]:
    """The receipt of a run whose worker was killed, and a process that hid well.

    `keep` says which sightings are left to repair.
    """
    command = [*python_program("hide.py"), "pids", "stay", HIDDEN]
    with site(root, {"jobs": {"a": {"command": command}}}) as project:
        run_id = submitted(project)
        wait_until((root / "pids").exists, "the process to hide")
        hidden = int((root / "pids").read_text("ascii"))
        sightings = api.run_detail(project, run_id).folder.processes

        def lines() -> list[dict[str, object]]:
            return [json.loads(line) for line in sightings.read_bytes().splitlines()]

        wait_until(lambda: any(line.get("pid") == hidden for line in lines()), "a look")
        worker = worker_of(project, run_id)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not living([worker]), "the worker to die")
        left = [json.dumps(line) for line in lines() if keep(line)]
        sightings.write_text("\n".join(left), "ascii")
        assert living([hidden])
        assert api.tick(project).repaired == [run_id]
        assert not living([hidden, started(project, run_id)])
        return receipt_of(project, run_id), hidden


def test_a_receipt_is_written_once(tmp_path: Path) -> None:
    """A cancelled run that never started: the cancelling process died in between."""
    config = {
        "concurrency": {"default": 1},
        "jobs": {"busy": {"command": ["sleep", "300"]}, "a": {"command": "true"}},
    }
    with site(tmp_path, config) as project:
        busy = api.submit(project, Order("busy", "tester"))
        started(project, busy)
        run_id = submitted(project)
        words = command(project.config, "cancel", run_id)
        assert until_killed(words, tmp_path, "repair.receipt_written") == 1
        folder = project.state.run_folder("a", run_id)
        receipt, events = folder.receipt.read_bytes(), folder.events.read_bytes()
        assert api.tick(project).repaired == [run_id]
        assert api.resolve_run(project, run_id).status is RunStatus.CANCELLED
        assert folder.receipt.read_bytes() == receipt
        assert folder.events.read_bytes() == events
