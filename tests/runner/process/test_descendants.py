"""Finding what is left of a run where no subreaper helps, and ending exactly that."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.model.run import new_run_id
from runner.process.clock import SystemClock
from runner.process.descendants import (
    Found,
    How,
    Reaper,
    Trace,
    become_subreaper,
    below,
    kill_all,
    signal_group,
    signal_process,
    survivors,
)
from runner.process.environment import RUN_VARIABLE, current
from runner.process.identity import start_of
from runner.process.table import ProcessTable, ProcTable, PsutilTable
from tests.helpers.hiding import HIDEOUTS, hidden, hiding
from tests.helpers.processes import end, finish, living, start
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.process.table import FileKey

RUN, NOBODY = new_run_id(0), new_run_id(0)
"""Of this process alone: other tests hide processes at the same time."""

ON_LINUX = pytest.mark.skipif("sys.platform != 'linux'")
TABLES = [
    pytest.param(ProcTable(), id="proc", marks=ON_LINUX),
    pytest.param(PsutilTable(), id="psutil"),
]


class Family:
    """A child and what it hid, with a log that they write to."""

    def __init__(self, root: Path, *, stay: bool, hideouts: tuple[str, ...]) -> None:
        self.log = root / "log"
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        environment = {**current(), RUN_VARIABLE: RUN}
        argv = hiding(stay=stay, hideouts=hideouts)
        self.child = start(argv, root, environment, stdout=descriptor)
        os.close(descriptor)
        self.leader = (self.child, start_of(self.child) or 0)
        self.hidden = dict(zip(hideouts, hidden(root), strict=True))
        self._stays = stay
        if not stay:
            finish(self.child)

    def trace(
        self,
        *,
        leader: bool = False,
        seen: bool = False,
        logs: bool = False,
        run: str = RUN,
    ) -> Trace:
        """By as much of its traces as asked for."""
        status = self.log.stat()
        keys: set[FileKey] = {(status.st_dev, status.st_ino)} if logs else set()
        starts = {pid: start_of(pid) or 0 for pid in self.hidden.values() if seen}
        return Trace(
            run, self.leader if leader else None, starts, frozenset(keys), None
        )

    def end(self) -> None:
        end([*self.hidden.values(), *([self.child] if self._stays else [])])
        if self._stays:
            finish(self.child)


@pytest.fixture
def orphans(tmp_path: Path) -> Iterator[Family]:
    """Every way to hide, and the child is gone."""
    family = Family(tmp_path, stay=False, hideouts=HIDEOUTS)
    yield family
    family.end()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Family]:
    """A child that stays, with one child of its own in its session."""
    family = Family(tmp_path, stay=True, hideouts=("plain",))
    yield family
    family.end()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("by", "how", "escape"),
    [
        ("marker", How.MARKER, "clean"),
        ("leader", How.SESSION, "setsid"),
        ("logs", How.DESCRIPTOR, "closed"),
    ],
)
def test_each_trace_finds_all_but_those_who_hide_from_it(
    orphans: Family, table: ProcessTable, by: str, how: How, escape: str
) -> None:
    run = RUN if by == "marker" else NOBODY
    trace = orphans.trace(leader=by == "leader", logs=by == "logs", run=run)
    found = survivors(table, trace)
    expected = {
        pid for ways, pid in orphans.hidden.items() if escape not in ways.split("+")
    }
    assert found.keys() == expected
    assert {item.how for item in found.values()} == {how}


def test_an_earlier_sighting_finds_every_one(orphans: Family) -> None:
    found = survivors(ProcTable(), orphans.trace(seen=True, run=NOBODY))
    assert found.keys() == set(orphans.hidden.values())
    assert {item.how for item in found.values()} == {How.SEEN}


def test_a_sighting_of_another_process_with_that_pid_finds_nobody(
    orphans: Family,
) -> None:
    trace = orphans.trace(seen=True, run=NOBODY)
    other = {pid: started + 1 for pid, started in trace.seen.items()}
    assert survivors(ProcTable(), trace._replace(seen=other)) == {}


def test_a_stranger_with_the_pid_of_the_leader_does_not_count(pair: Family) -> None:
    pid, started = pair.leader
    trace = pair.trace(run=NOBODY)
    of_another = trace._replace(leader=(pid, started - 1))
    assert survivors(ProcTable(), of_another) == {}
    assert survivors(ProcTable(), trace._replace(leader=pair.leader)).keys() == {
        pair.child,
        *pair.hidden.values(),
    }


def test_children_of_what_was_found_are_found(pair: Family) -> None:
    trace = pair.trace(run=NOBODY)._replace(seen=dict([pair.leader]))
    found = survivors(ProcTable(), trace)
    [hid] = pair.hidden.values()
    assert {pid: item.how for pid, item in found.items()} == {
        pair.child: How.SEEN,
        hid: How.DESCENT,
    }


def test_what_is_ours_is_spared_with_all_below_it(pair: Family) -> None:
    assert survivors(ProcTable(), pair.trace(leader=True), [pair.child]) == {}


@pytest.mark.parametrize("table", TABLES)
def test_who_reads_a_log_is_nobody_of_the_run(
    tmp_path: Path, pair: Family, table: ProcessTable
) -> None:
    """An operator follows the log; a console looks at it."""
    reader = start(["tail", "-f", str(pair.log)], tmp_path)
    try:
        trace = pair.trace(logs=True, run=NOBODY)
        status = pair.log.stat()
        key = (status.st_dev, status.st_ino)
        wait_until(lambda: opens(reader, key), "tail to open the log")
        assert reader not in survivors(table, trace)
    finally:
        end([reader])
        finish(reader)


def opens(pid: int, file: FileKey) -> bool:
    """Whether a process has a file open, for whatever."""
    statuses = [path.stat() for path in Path(f"/proc/{pid}/fd").iterdir()]
    return file in {(status.st_dev, status.st_ino) for status in statuses}


def test_without_a_subreaper_the_traces_end_all_of_it(orphans: Family) -> None:
    bystander = start(["sleep", "300"], orphans.log.parent)
    reaper = Reaper(ProcTable(), SystemClock(), subreaper=False)
    try:
        ended = reaper.end(orphans.trace(leader=True, seen=True, logs=True))
        assert ended.keys() == set(orphans.hidden.values())
        assert not living(orphans.hidden.values())
        assert living([bystander])
    finally:
        end([bystander])
        finish(bystander)


def test_without_a_subreaper_what_is_kept_lives_on(orphans: Family) -> None:
    reaper = Reaper(ProcTable(), SystemClock(), subreaper=False)
    trace = orphans.trace(leader=True, seen=True, logs=True)
    reaper.keep(reaper.leftovers(trace))
    assert reaper.leftovers(trace) == {}
    assert reaper.end(trace, grace_ms=0) == {}
    assert living(orphans.hidden.values()) == set(orphans.hidden.values())


def test_deaf_processes_are_killed_after_their_grace(tmp_path: Path) -> None:
    family = Family(tmp_path, stay=False, hideouts=("deaf", "plain"))
    reaper = Reaper(ProcTable(), SystemClock(), subreaper=False)
    try:
        ended = reaper.end(family.trace(), grace_ms=50)
        assert ended.keys() == set(family.hidden.values())
        assert not living(family.hidden.values())
    finally:
        family.end()


def test_a_stopped_process_ends_too(tmp_path: Path) -> None:
    family = Family(tmp_path, stay=False, hideouts=("plain",))
    [pid] = family.hidden.values()
    os.kill(pid, signal.SIGSTOP)
    reaper = Reaper(ProcTable(), SystemClock(), subreaper=False)
    try:
        assert reaper.end(family.trace()).keys() == {pid}
        assert not living([pid])
    finally:
        family.end()


def test_below_is_the_tree_without_what_is_spared(pair: Family) -> None:
    table = ProcTable()
    [hid] = pair.hidden.values()
    assert {pair.child, hid} <= below(table, os.getpid(), ())
    assert not {pair.child, hid} & below(table, os.getpid(), [pair.child])
    assert below(table, pair.child, ()) == {hid}


def test_killing_looks_again_until_nothing_new_turns_up(tmp_path: Path) -> None:
    """Each look finds one more, as if the first ones had forked meanwhile."""
    pids = [start(["sleep", "300"], tmp_path) for _ in range(3)]
    processes = ProcTable().processes()
    all_found = {pid: Found(processes[pid], How.MARKER) for pid in pids}
    looks: list[set[str]] = []

    def rescan() -> dict[int, Found]:
        looks.append({state_of(pid) for pid in pids[: len(looks) + 1]})
        return dict(list(all_found.items())[: len(looks) + 1])

    kill_all(dict(list(all_found.items())[:1]), rescan)
    assert [finish(pid).signal for pid in pids] == [signal.SIGKILL] * 3
    assert looks == [{"T"}] * 3


def state_of(pid: int) -> str:
    """The kernel's letter for what a process does, once a signal has arrived."""

    def look() -> str | None:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii")
        state = stat.rpartition(") ")[2][0]
        return state if state == "T" else None

    return wait_until(look, f"{pid} to stop")


def test_a_signal_reaches_exactly_the_process_that_is_meant(pair: Family) -> None:
    pid, started = pair.leader
    assert not signal_process(pid, started + 1, signal.SIGKILL)
    assert living([pid])
    assert signal_process(pid, started, signal.SIGCONT)


def test_a_group_that_is_gone_takes_a_signal_silently(tmp_path: Path) -> None:
    pid = start(["true"], tmp_path)
    finish(pid)
    signal_group(pid, signal.SIGTERM)


@pytest.fixture
def adopting() -> Iterator[Reaper]:
    """A reaper of this process while it is a subreaper; older children are its kin."""
    reaper = Reaper(ProcTable(), SystemClock(), subreaper=become_subreaper())
    reaper.kin.update(ProcTable().children(os.getpid()))
    yield reaper
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)


@ON_LINUX
def test_a_subreaper_finds_those_who_hide_from_everything(
    adopting: Reaper, orphans: Family
) -> None:
    assert adopting.subreaper
    trace = orphans.trace()
    found = adopting.leftovers(trace)
    assert found.keys() == set(orphans.hidden.values())
    assert {item.how for item in found.values()} == {How.ADOPTED}
    assert adopting.end(trace, grace_ms=0).keys() == found.keys()
    assert not living(orphans.hidden.values())
    assert adopting.leftovers(trace) == {}


@ON_LINUX
def test_what_bears_the_mark_of_another_run_is_adopted_as_kin(
    adopting: Reaper, tmp_path: Path
) -> None:
    family = Family(tmp_path, stay=False, hideouts=("plain", "double+setsid"))
    try:
        assert adopting.leftovers(family.trace(run=NOBODY)) == {}
        assert adopting.kin >= set(family.hidden.values())
    finally:
        family.end()
