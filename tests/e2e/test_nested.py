"""Runs that a job starts from inside: they belong to nobody's leftovers."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.orders import Order
from runner.model.run import RunStatus
from tests.fakes.clock import FakeClock
from tests.helpers.processes import JOBCONSOLE, end, living, python_program
from tests.helpers.project import ended, run_job
from tests.helpers.site import (
    log_of,
    receipt_of,
    site,
    started,
    until,
)
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.project import Project

HOUR_MS = 3_600_000


def asking(root: Path, what: str) -> str:
    return shlex.join(
        [*python_program("ask_for.py"), str(root / "teleclaude.yml"), what]
    )


def inner_run(project: Project, outer: str) -> str:
    return log_of(project, outer).split()[-1]


def assert_lives_its_own_life(project: Project, outer: str) -> None:
    """The inner run goes on after the outer one has ended, and ends by itself."""
    inner = inner_run(project, outer)
    child = started(project, inner)
    assert living([child]) == {child}
    assert receipt_of(project, outer).leftovers == ()
    (project.root / "gate").touch()
    assert ended(project, inner).status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("prefix", ["", "env -i "], ids=["marked", "clean"])
def test_a_run_asked_for_inside_a_run(tmp_path: Path, prefix: str) -> None:
    """Asked for at the end of the outer run: the worker takes it next."""
    config = {
        "jobs": {
            "outer": {"command": prefix + asking(tmp_path, "inner")},
            "inner": {"command": until("gate")},
        }
    }
    with site(tmp_path, config) as project:
        outer = run_job(project, "outer")
        assert outer.status is RunStatus.SUCCEEDED
        assert_lives_its_own_life(project, outer.run_id)


@pytest.mark.parametrize("prefix", ["", "env -i "], ids=["marked", "clean"])
def test_a_run_asked_for_starts_while_the_outer_goes_on(
    tmp_path: Path, prefix: str
) -> None:
    """The worker of the outer run starts a fellow worker, who is not its leftover."""
    outer_waits = f"{prefix}{asking(tmp_path, 'inner')}; {until('inner-runs')}"
    config = {
        "jobs": {
            "outer": {"command": outer_waits},
            "inner": {"command": f"touch inner-runs; {until('gate')}"},
        }
    }
    with site(tmp_path, config) as project:
        outer = run_job(project, "outer")
        assert outer.status is RunStatus.SUCCEEDED
        assert_lives_its_own_life(project, outer.run_id)


def test_an_inner_run_names_the_outer_as_its_actor(tmp_path: Path) -> None:
    config = {
        "jobs": {
            "outer": {"command": asking(tmp_path, "inner"), "role": "member"},
            "inner": {"command": ["true"], "role": "member"},
        }
    }
    with site(tmp_path, config) as project:
        outer = run_job(project, "outer")
        inner = ended(project, inner_run(project, outer.run_id))
        assert inner.actor == f"run {outer.run_id}"


def test_a_tick_inside_a_run(tmp_path: Path) -> None:
    config = {
        "jobs": {
            "outer": {"command": asking(tmp_path, "--tick")},
            "due": {"command": until("gate"), "when": {"every": "12h"}},
        }
    }
    before = FakeClock(12 * HOUR_MS - 1000)
    with site(tmp_path, config, clock=before) as project:
        outer = run_job(project, "outer")
        assert outer.status is RunStatus.SUCCEEDED
        assert_lives_its_own_life(project, outer.run_id)


def test_the_command_line_inside_a_run(tmp_path: Path) -> None:
    words = ["run", "inner", "--detach", "--config", str(tmp_path / "teleclaude.yml")]
    config = {
        "jobs": {
            "outer": {"command": [*JOBCONSOLE, *words]},
            "inner": {"command": until("gate")},
        }
    }
    with site(tmp_path, config) as project:
        outer = run_job(project, "outer")
        assert outer.status is RunStatus.SUCCEEDED
        assert_lives_its_own_life(project, outer.run_id)


def test_what_a_kept_process_starts_later_is_kept_too(tmp_path: Path) -> None:
    late = shlex.join([*python_program("late_orphan.py"), "kept", "late", "orphan"])
    config = {
        "concurrency": {"default": 1},
        "jobs": {
            "keeper": {"command": f"{late}; {until('gate')}", "leftovers": "keep"},
            "next": {"command": f"touch late; {until('orphan')}"},
        },
    }
    with site(tmp_path, config) as project:
        keeper = api.submit(project, Order("keeper", "tester"))
        after = api.submit(project, Order("next", "tester"))
        wait_until((tmp_path / "kept").exists, "the kept process")
        (tmp_path / "gate").touch()
        assert ended(project, keeper).status is RunStatus.SUCCEEDED
        assert ended(project, after).status is RunStatus.SUCCEEDED
        pids = [int((tmp_path / name).read_text()) for name in ("kept", "orphan")]
        try:
            assert living(pids) == set(pids)
            assert receipt_of(project, after).leftovers == ()
        finally:
            end(pids)
