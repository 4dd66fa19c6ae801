"""A cgroup per run, where there may be one; nothing at all where there may not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runner.model.run import new_run_id
from runner.process.cgroup import RunGroup, own_folder, run_group_of
from runner.process.descendants import How, Trace, survivors
from runner.process.table import ProcTable
from tests.helpers.processes import finish, living, start
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = f"test-{os.getpid()}"


@pytest.fixture
def group() -> Iterator[RunGroup]:
    made = RunGroup.create(NAME)
    if made is None:
        pytest.skip("no cgroup of ours to make folders in")
    yield made
    made.kill()
    wait_until(made.remove, "the group to be empty")


@pytest.fixture
def nowhere(tmp_path: Path) -> RunGroup:
    """A group that was never made, or is gone."""
    return RunGroup.at(str(tmp_path / "gone"))


def test_what_is_put_in_stays_in_with_all_it_starts(
    group: RunGroup, tmp_path: Path
) -> None:
    before = run_group_of(os.getpid())
    with group.around():
        assert run_group_of(os.getpid()) == group.folder.name
        pid = start(["sh", "-c", "sleep 300 & sleep 300"], tmp_path)
    assert run_group_of(os.getpid()) == before
    wait_until(lambda: len(group.pids()) == 3, "its children")
    inside = group.pids()
    group.kill()
    finish(pid)
    wait_until(lambda: not living(inside), "all to end")


def test_nothing_escapes_its_group(group: RunGroup, tmp_path: Path) -> None:
    """A new session, no environment, no descriptors: the group still tells."""
    with group.around():
        pid = start(["env", "-i", "setsid", "-f", "sleep", "300"], tmp_path)
    assert finish(pid).code == 0
    trace = Trace(new_run_id(0), None, {}, frozenset(), group)
    found = wait_until(lambda: survivors(ProcTable(), trace), "the one that escaped")
    assert {item.how for item in found.values()} == {How.CGROUP}
    assert set(found) == set(group.pids())
    assert not group.remove()
    group.kill()
    wait_until(lambda: not living(found), "it to end")
    wait_until(group.remove, "the group to be empty")
    assert group.remove()


def test_making_it_again_is_the_same(group: RunGroup) -> None:
    again = RunGroup.create(NAME)
    assert again is not None
    assert again.folder == group.folder


def test_a_group_that_is_gone(nowhere: RunGroup) -> None:
    before = run_group_of(os.getpid())
    with nowhere.around():
        assert run_group_of(os.getpid()) == before
    assert nowhere.pids() == []
    nowhere.kill()
    assert nowhere.remove()


def test_it_does_not_kill_ourselves(group: RunGroup) -> None:
    with group.around():
        group.kill()
        assert group.pids() == [os.getpid()]


def test_no_folder_of_ours_no_group(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("runner.process.cgroup.own_folder", lambda: None)
    assert RunGroup.create(NAME) is None
    unwritable = tmp_path / "file"
    unwritable.touch()
    monkeypatch.setattr("runner.process.cgroup.own_folder", lambda: unwritable)
    assert RunGroup.create(NAME) is None


def test_our_own_folder_is_one_that_we_may_write() -> None:
    folder = own_folder()
    assert folder is None or os.access(folder, os.W_OK)
