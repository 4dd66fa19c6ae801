"""Real processes are measured, and come and go meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runner.process.clock import SystemClock
from runner.process.identity import start_of
from runner.process.live import Moment, Sampler
from tests.helpers.processes import end, finish, living, start
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.model.activity import ProcessView

pytestmark = pytest.mark.slow

NAP = [sys.executable, "-c", "import time; time.sleep(300)"]
SPIN = [sys.executable, "-c", "while True: pass"]
PARENT = ["sh", "-c", "sleep 300 & sh -c 'sleep 300 & wait' & wait"]


def now() -> Moment:
    clock = SystemClock()
    return Moment(clock.wall_ms(), clock.awake_ms())


def starts(*pids: int) -> dict[int, int]:
    return {pid: start_of(pid) or 0 for pid in pids}


@pytest.fixture
def started() -> Iterator[list[int]]:
    """Pids that are ended after the test: put them in."""
    pids: list[int] = []
    yield pids
    end(pids)
    for pid in pids:
        finish(pid)


def test_what_a_process_uses(tmp_path: Path, started: list[int]) -> None:
    pid = start(NAP, tmp_path)
    started.append(pid)

    (view,) = Sampler().look(starts(pid), now())

    assert (view.pid, view.depth, view.cpu_percent) == (pid, 0, None)
    assert view.command == " ".join(NAP)
    assert 0 <= view.running_ms < 60_000
    assert view.threads == 1
    assert view.rss is not None
    assert view.rss > 0


def test_cpu_is_that_since_the_last_look(tmp_path: Path, started: list[int]) -> None:
    busy, idle = start(SPIN, tmp_path), start(NAP, tmp_path)
    started += [busy, idle]
    sampler = Sampler()
    sampler.look(starts(busy, idle), now())

    def look() -> tuple[ProcessView, ...] | None:
        views = sampler.look(starts(busy, idle), now())
        spinning, napping = (view.cpu_percent or 0 for view in views)
        return views if spinning > 30 > napping else None

    spinning, napping = wait_until(
        look, "a look at a time when it had a core, and the other had settled"
    )
    assert (spinning.pid, napping.pid) == (busy, idle)


def test_a_tree_has_parents_first(tmp_path: Path, started: list[int]) -> None:
    root = start(PARENT, tmp_path)
    started.append(root)

    def family() -> dict[int, int] | None:
        found = [root, *descendants(root)]
        return starts(*found) if len(found) == 4 else None

    processes = wait_until(family, "four processes")
    views = Sampler().look(processes, now())
    started_last = [pid for pid in processes if pid != root]
    end(started_last)

    assert [view.depth for view in views][:2] == [0, 1]
    assert sorted(view.depth for view in views) == [0, 1, 1, 2]
    assert views[0].pid == root
    deepest = next(i for i, view in enumerate(views) if view.depth == 2)
    assert views[deepest - 1].depth == 1


def descendants(pid: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def test_those_that_vanish_are_left_out(tmp_path: Path) -> None:
    pid = start(NAP, tmp_path)
    processes = starts(pid, os.getpid())
    sampler = Sampler()
    assert len(sampler.look(processes, now())) == 2

    end([pid])
    finish(pid)

    assert [view.pid for view in sampler.look(processes, now())] == [os.getpid()]


def test_a_zombie_is_dead(tmp_path: Path) -> None:
    pid = start(["true"], tmp_path)
    processes = {pid: start_of(pid) or 0}
    wait_until(lambda: not living([pid]), "it to end")

    assert Sampler().look(processes, now()) == ()
    finish(pid)


def test_a_pid_that_another_process_has_now_is_not_meant() -> None:
    me = os.getpid()
    strange = {me: starts(me)[me] - 1}

    assert Sampler().look(strange, now()) == ()


def test_a_long_command_is_cut(tmp_path: Path, started: list[int]) -> None:
    pid = start([*NAP, "x" * 10_000], tmp_path)
    started.append(pid)

    (view,) = Sampler().look(starts(pid), now())

    assert len(view.command) == 200


def test_psutil_is_loaded_when_it_is_needed() -> None:
    code = "import sys, runner.process.live; print('psutil' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
