"""Both readers of the machine's processes see the same."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from runner.process.environment import current
from runner.process.table import ProcessTable, ProcTable, PsutilTable, process_table
from tests.helpers.hiding import hidden, hiding
from tests.helpers.processes import end, finish, start
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def without_child_lists() -> ProcTable:
    """As on kernels that leave /proc/*/children out."""
    table = ProcTable()
    table._lists_children = False
    return table


ON_LINUX = pytest.mark.skipif("sys.platform != 'linux'")
TABLES = [
    pytest.param(ProcTable(), id="proc", marks=ON_LINUX),
    pytest.param(without_child_lists(), id="proc without children", marks=ON_LINUX),
    pytest.param(PsutilTable(), id="psutil"),
]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[int]:
    """A process with one child in its session and one in another; its log is open."""
    log = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    environment = {**current(), "MARKED": "yes=1", "EMPTY": ""}
    argv = hiding(stay=True, hideouts=["plain", "setsid"])
    pid = start(argv, tmp_path, environment, stdout=log)
    os.close(log)
    grandchildren = hidden(tmp_path)
    yield pid
    end([pid, *grandchildren])
    finish(pid)


@pytest.mark.parametrize("table", TABLES)
def test_processes_and_how_they_belong_together(
    table: ProcessTable, child: int, tmp_path: Path
) -> None:
    same_session, own_session = hidden(tmp_path)
    processes = table.processes()
    assert processes[child].parent == os.getpid()
    assert processes[child].session == processes[child].group == child
    assert processes[same_session].session == child
    assert processes[own_session].session == own_session
    assert processes[own_session].parent == child
    assert processes[own_session].command == "sleep"
    assert processes[os.getpid()].pid == os.getpid()
    assert set(table.children(child)) == {same_session, own_session}


@pytest.mark.parametrize("table", TABLES)
def test_its_environment_and_its_files(
    table: ProcessTable, child: int, tmp_path: Path
) -> None:
    status = (tmp_path / "log").stat()
    log = (status.st_dev, status.st_ino)
    other = (status.st_dev, status.st_ino + 1)
    assert table.variable(child, "MARKED") == "yes=1"
    assert table.variable(child, "EMPTY") == ""
    assert table.variable(child, "MARK") is None
    assert table.writes_to(child, [other, log])
    assert not table.writes_to(child, [other])


@pytest.mark.parametrize("table", TABLES)
def test_a_process_that_is_gone_has_nothing_to_show(
    table: ProcessTable, tmp_path: Path
) -> None:
    pid = start(["true"], tmp_path)
    finish(pid)
    assert pid not in table.processes()
    assert table.children(pid) == []
    assert table.variable(pid, "PATH") is None
    assert not table.writes_to(pid, [(0, 0)])


@pytest.mark.parametrize("table", TABLES)
def test_a_zombie_is_no_process_but_a_child(
    table: ProcessTable, tmp_path: Path
) -> None:
    pid = start(["true"], tmp_path)
    try:
        wait_until(lambda: pid not in table.processes(), "it to end")
        if not isinstance(table, ProcTable) or table._lists_children:
            assert pid in table.children(os.getpid())
    finally:
        finish(pid)


@pytest.mark.parametrize("table", TABLES)
def test_a_name_may_hold_anything(table: ProcessTable, tmp_path: Path) -> None:
    program = tmp_path / "a) R 1 (b"
    program.symlink_to("/bin/sleep")
    pid = start([str(program), "300"], tmp_path)
    try:
        found = wait_until(lambda: table.processes().get(pid), "it to start")
        assert found.parent == os.getpid()
        assert wait_until(
            lambda: table.processes()[pid].command == "a) R 1 (b", "its own name"
        )
    finally:
        end([pid])
        finish(pid)


def test_the_reader_that_suits_the_platform() -> None:
    assert isinstance(process_table(), ProcTable) is (sys.platform == "linux")
