from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.orders import Order
from runner.model.run import RunStatus
from tests.helpers.hiding import WAYS, hidden, hiding
from tests.helpers.processes import end, living, python_program
from tests.helpers.project import ended, run_job
from tests.helpers.site import (
    receipt_of,
    site,
    started,
    until,
    worker_of,
)
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.project import Project


def test_nothing_outlives_success(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": hiding(stay=False)}}}) as project:
        view = run_job(project, "a")
        left = hidden(tmp_path)
        assert view.status is RunStatus.SUCCEEDED
        assert not living(left)
        receipt = receipt_of(project, view.run_id)
    assert {item.pid for item in receipt.leftovers} >= set(left)
    assert {item.outcome for item in receipt.leftovers} == {"killed"}
    assert {item.command for item in receipt.leftovers} == {"sleep"}


@pytest.mark.parametrize("kill", [False, True], ids=["cancel", "kill"])
def test_nothing_outlives_a_stop(tmp_path: Path, kill: bool) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": hiding(stay=True)}}}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        left = hidden(tmp_path)
        assert living(left) == set(left)
        assert api.cancel(project, run_id, actor="tester", kill=kill).was_active
        view = ended(project, run_id)
        assert view.status is RunStatus.CANCELLED
        assert not living(left)
        assert not living([started(project, run_id)])


def test_nothing_outlives_a_timeout(tmp_path: Path) -> None:
    few = ("plain", *WAYS, "+".join(WAYS))  # to be in place in time
    command = hiding(stay=True, hideouts=few)
    config = {"jobs": {"a": {"command": command, "timeout": 2}}}
    with site(tmp_path, config) as project:
        view = run_job(project, "a")
        assert view.status is RunStatus.TIMED_OUT
        assert not living(hidden(tmp_path))


def test_leftovers_fail_a_job_that_does_not_want_them(tmp_path: Path) -> None:
    command = hiding(stay=False, hideouts=["plain", "double+setsid"])
    config = {"jobs": {"a": {"command": command, "leftovers": "fail"}}}
    with site(tmp_path, config) as project:
        view = run_job(project, "a")
        assert view.status is RunStatus.FAILED
        assert view.error_message == "2 of its processes outlived it"
        assert not living(hidden(tmp_path))


def test_kept_processes_outlive_their_run_and_those_after_it(tmp_path: Path) -> None:
    command = f"{' '.join(hiding(stay=False))}; {until('gate')}"
    config = {
        "concurrency": {"default": 1},
        "jobs": {
            "keeper": {"command": command, "leftovers": "keep"},
            "next": {"command": hiding(stay=False, hideouts=["double+setsid"])},
        },
    }
    with site(tmp_path, config) as project:
        keeper = api.submit(project, Order("keeper", "tester"))
        after = api.submit(project, Order("next", "tester"))
        kept = hidden(tmp_path)
        (tmp_path / "pids").rename(tmp_path / "kept")
        (tmp_path / "gate").touch()
        assert ended(project, keeper).status is RunStatus.SUCCEEDED
        assert ended(project, after).status is RunStatus.SUCCEEDED
        try:
            assert worker_of(project, keeper) == worker_of(project, after)
            assert living(kept) == set(kept)
            assert not living(hidden(tmp_path))
        finally:
            end_kept(project, keeper)
        assert {
            item.pid: item.outcome for item in receipt_of(project, keeper).leftovers
        } == dict.fromkeys(kept, "kept")


def end_kept(project: Project, run_id: str) -> None:
    """What a run was allowed to leave behind is the test's to end."""
    end(item.pid for item in receipt_of(project, run_id).leftovers)


def test_a_kept_process_outlives_the_worker_that_kept_it(tmp_path: Path) -> None:
    """The worker of `outer` starts another for `keeper`, and inherits its orphans."""
    asking = [*python_program("ask_for.py"), str(tmp_path / "teleclaude.yml"), "keeper"]
    command = hiding(stay=False, hideouts=["plain", "double+setsid"])
    config = {
        "jobs": {
            "outer": {"command": f"{shlex.join(asking)}; {until('gate')}"},
            "keeper": {"command": command, "leftovers": "keep"},
        }
    }
    with site(tmp_path, config) as project:
        outer = api.submit(project, Order("outer", "tester"))
        kept = hidden(tmp_path)
        keeper = ended(project, "keeper").run_id
        try:
            assert worker_of(project, keeper) != worker_of(project, outer)
            worker = worker_of(project, keeper)
            wait_until(lambda: not living([worker]), "the worker to leave")
            (tmp_path / "gate").touch()
            assert ended(project, outer).status is RunStatus.SUCCEEDED
            assert living(kept) == set(kept)
            assert receipt_of(project, outer).leftovers == ()
        finally:
            end_kept(project, keeper)
