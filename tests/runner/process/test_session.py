"""Ending children with all that they started, and reading how each ended."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import TYPE_CHECKING

import pytest

from runner.process.clock import SystemClock
from runner.process.descendants import become_subreaper
from runner.process.identity import start_of
from runner.process.session import end_sessions, has_ended
from runner.process.table import process_table
from runner.process.waiting import UNKNOWN_EXIT, Exit
from tests.helpers.hiding import hidden, hiding
from tests.helpers.leaks import nothing_kept
from tests.helpers.processes import end, finish, living, start
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ON_LINUX = pytest.mark.skipif("sys.platform != 'linux'", reason="needs a subreaper")


@pytest.fixture
def subreaper() -> Iterator[None]:
    """Have orphans handed to this process."""
    assert become_subreaper()
    yield
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)


def shell(script: str, root: Path) -> int:
    return start(["/bin/sh", "-c", script], root)


@pytest.mark.parametrize("grace_ms", [0, 20_000])
def test_how_each_ended_is_told(tmp_path: Path, grace_ms: int) -> None:
    with nothing_kept():
        good, bad, killed = (
            shell(script, tmp_path) for script in ("exit 0", "exit 7", "kill -9 $$")
        )
        wait_until(lambda: all(map(has_ended, (good, bad, killed))), "their ends")
        exits = end_sessions([good, bad, killed], SystemClock(), grace_ms=grace_ms)
    assert exits == {
        good: Exit(0, None),
        bad: Exit(7, None),
        killed: Exit(None, signal.SIGKILL),
    }


def test_one_that_goes_on_is_killed(tmp_path: Path) -> None:
    pid = start(["sleep", "300"], tmp_path)
    assert not has_ended(pid)
    assert end_sessions([pid], SystemClock()) == {pid: Exit(None, signal.SIGKILL)}


def test_one_with_a_grace_may_end_in_its_own_way(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = "trap 'exit 5' TERM; touch ready; while :; do sleep 0.01; done"
    pid = shell(script, tmp_path)
    wait_until(ready.exists, "the trap to be set")
    exits = end_sessions([pid], SystemClock(), grace_ms=20_000)
    assert exits == {pid: Exit(5, None)}


def test_the_deaf_are_killed_after_their_grace(tmp_path: Path) -> None:
    pid = start(hiding(stay=True, hideouts=("deaf", "plain")), tmp_path)
    below = hidden(tmp_path)
    end_sessions([pid], SystemClock(), grace_ms=50)
    assert not living(below)


@pytest.mark.parametrize("stay", [True, False])
def test_all_of_the_session_ends_with_it(tmp_path: Path, stay: bool) -> None:
    bystander = start(["sleep", "300"], tmp_path)
    try:
        hideouts = ("plain", "double", "deaf", "clean+closed")
        pid = start(hiding(stay=stay, hideouts=hideouts), tmp_path)
        below = hidden(tmp_path)
        end_sessions([pid], SystemClock())
        assert not living(below)
        assert living([bystander])
    finally:
        end([bystander])
        finish(bystander)


def test_what_left_the_session_ends_while_its_parents_live(tmp_path: Path) -> None:
    pid = start(hiding(stay=True, hideouts=("setsid", "setsid+deaf")), tmp_path)
    below = hidden(tmp_path)
    end_sessions([pid], SystemClock())
    assert not living(below)


@ON_LINUX
@pytest.mark.usefixtures("subreaper")
def test_orphans_that_became_ours_leave_no_zombies(tmp_path: Path) -> None:
    with nothing_kept():
        one = shell("sleep 300 & sleep 300 & exit 0", tmp_path)
        other = shell("true & exec sleep 300", tmp_path)
        wait_until(lambda: has_ended(one), "the first to end")

        def left_a_zombie() -> bool:
            children = process_table().children(other)
            return bool(children) and start_of(children[0]) is None

        wait_until(left_a_zombie, "a child that nobody waits for")
        end_sessions([one, other], SystemClock())


@ON_LINUX
@pytest.mark.usefixtures("subreaper")
def test_the_statuses_of_others_are_left_to_be_read(tmp_path: Path) -> None:
    other = shell("exit 3", tmp_path)
    pid = shell("exit 0", tmp_path)
    wait_until(lambda: has_ended(other), "the other to end")
    end_sessions([pid], SystemClock())
    assert finish(other) == Exit(3, None)


def test_a_status_that_somebody_else_has_read_is_unknown(tmp_path: Path) -> None:
    pid = shell("exit 0", tmp_path)
    os.waitpid(pid, 0)
    assert end_sessions([pid], SystemClock()) == {pid: UNKNOWN_EXIT}
