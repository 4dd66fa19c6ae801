"""Both ways of waiting for a child tell the same of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from runner.process.waiting import (
    UNKNOWN_EXIT,
    ChildWatch,
    Exit,
    PidfdWatch,
    SignalWatch,
    reap_others,
    watch,
)
from tests.helpers.processes import PATIENCE_MS, end, start
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Watching = type[PidfdWatch] | type[SignalWatch]
Begin = Callable[[Watching, str], tuple[int, ChildWatch]]
WATCHES = [
    pytest.param(
        PidfdWatch, id="pidfd", marks=pytest.mark.skipif("sys.platform != 'linux'")
    ),
    pytest.param(SignalWatch, id="signal"),
]


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Begin]:
    """Starts a shell command and watches it."""
    watches: list[ChildWatch] = []

    def begin(kind: Watching, command: str) -> tuple[int, ChildWatch]:
        pid = start(["sh", "-c", command], tmp_path)
        watches.append(kind(pid))
        return pid, watches[-1]

    yield begin
    for one in reversed(watches):
        one.close()


@pytest.mark.parametrize("kind", WATCHES)
@pytest.mark.parametrize(
    ("command", "exit_"),
    [
        ("exit 0", Exit(0, None)),
        ("exit 7", Exit(7, None)),
        ("kill -KILL $$", Exit(None, signal.SIGKILL)),
        ("sleep 0.05; exit 3", Exit(3, None)),
    ],
)
def test_a_child_ends(
    watching: Begin, kind: Watching, command: str, exit_: Exit
) -> None:
    _, child = watching(kind, command)
    assert child.ended(PATIENCE_MS)
    assert child.ended(0)
    assert child.reap() == exit_


@pytest.mark.parametrize("kind", WATCHES)
def test_a_child_that_goes_on(watching: Begin, kind: Watching) -> None:
    pid, child = watching(kind, "exec sleep 300")
    assert not child.ended(0)
    assert not child.ended(-5)
    assert not child.ended(10)
    end([pid])
    assert child.ended(PATIENCE_MS)
    assert child.reap() == Exit(None, signal.SIGKILL)


@pytest.mark.parametrize("kind", WATCHES)
def test_it_had_ended_before_anybody_watched(tmp_path: Path, kind: Watching) -> None:
    pid = start(["sh", "-c", "exit 5"], tmp_path)
    wait_until(lambda: is_zombie(pid), "it to end")
    child = kind(pid)
    try:
        assert child.ended(PATIENCE_MS)
        assert child.reap() == Exit(5, None)
    finally:
        child.close()


@pytest.mark.parametrize("kind", WATCHES)
def test_a_status_that_somebody_else_has_read_is_unknown(
    watching: Begin, kind: Watching
) -> None:
    pid, child = watching(kind, "exit 0")
    wait_until(lambda: is_zombie(pid), "it to end")
    os.waitpid(pid, 0)
    assert child.ended(PATIENCE_MS)
    assert child.reap() == UNKNOWN_EXIT
    assert UNKNOWN_EXIT.code is None


@pytest.mark.parametrize("kind", WATCHES)
def test_the_end_of_another_child_is_not_its_end(
    tmp_path: Path, watching: Begin, kind: Watching
) -> None:
    pid, child = watching(kind, "exec sleep 300")
    other = start(["true"], tmp_path)
    wait_until(lambda: is_zombie(other), "the other to end")
    assert not child.ended(10)
    assert other in reap_others()
    end([pid])
    assert child.ended(PATIENCE_MS)
    child.reap()


def test_signal_handling_is_as_it_was_before(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGCHLD)
    child = SignalWatch(start(["true"], tmp_path))
    assert child.ended(PATIENCE_MS)
    child.close()
    assert signal.getsignal(signal.SIGCHLD) is before
    assert signal.set_wakeup_fd(-1) == -1


def test_others_are_reaped_once(tmp_path: Path) -> None:
    pids = [start(["true"], tmp_path) for _ in range(3)]
    wait_until(lambda: all(map(is_zombie, pids)), "all to end")
    assert set(reap_others()) >= set(pids)
    assert reap_others() == []


@pytest.mark.skipif("sys.platform != 'linux'")
def test_linux_watches_by_descriptor(tmp_path: Path) -> None:
    child = watch(start(["true"], tmp_path))
    assert isinstance(child, PidfdWatch)
    assert child.ended(PATIENCE_MS)
    child.reap()
    child.close()


def is_zombie(pid: int) -> bool:
    found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return found is not None
