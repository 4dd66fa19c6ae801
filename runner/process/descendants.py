"""What a run left behind: finding every process of it, and ending them all.

On Linux the worker is a child subreaper, so orphans of its runs become its own
children and none can hide while it lives. Elsewhere, and after a worker's death,
processes are told by what marks them: the cgroup, the session, an earlier sighting,
the environment marker, or an open log of the run.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from runner.process.cgroup import run_group_of
from runner.process.environment import RUN_VARIABLE
from runner.process.identity import start_of
from runner.process.waiting import reap_others

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runner.process.cgroup import RunGroup
    from runner.process.clock import Clock
    from runner.process.table import FileKey, ProcessInfo, ProcessTable

LEFTOVER_GRACE_MS = 1_000
"""Between asking a leftover to end and killing it."""

_REAP_MS = 5_000
_MOST_ROUNDS = 50
_PR_SET_CHILD_SUBREAPER = 36


class How(StrEnum):
    """What gave a process away."""

    ADOPTED = "adopted"
    CGROUP = "cgroup"
    SESSION = "session"
    SEEN = "seen"
    MARKER = "marker"
    DESCRIPTOR = "descriptor"
    DESCENT = "descent"


class Found(NamedTuple):
    """A process of a run that outlived its child."""

    process: ProcessInfo
    how: How


class Trace(NamedTuple):
    """By what the processes of one run can be told.

    `leader` is the child (pid and start); `seen` maps pids below it to their starts.
    """

    run_id: str
    leader: tuple[int, int] | None
    seen: Mapping[int, int]
    logs: frozenset[FileKey]
    group: RunGroup | None


def become_subreaper() -> bool:
    """Have orphaned descendants handed to this process; False where that cannot be."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def below(table: ProcessTable, root: int, spare: Iterable[int]) -> set[int]:
    """Every descendant of `root`, without the subtrees of `spare`."""
    spared = set(spare)
    found: set[int] = set()
    pending = [root]
    while pending:
        for child in table.children(pending.pop()):
            if child not in found and child not in spared:
                found.add(child)
                pending.append(child)
    return found


def survivors(
    table: ProcessTable, trace: Trace, spare: Iterable[int] = ()
) -> dict[int, Found]:
    """Every living process of the run. `spare` names processes that are ours."""
    processes = table.processes()
    spared = _closure(processes, {pid for pid in spare if pid in processes})
    spared.add(os.getpid())
    grouped = set(trace.group.pids()) if trace.group else set()
    found: dict[int, Found] = {}
    for process in processes.values():
        if process.pid in spared:
            continue
        how = _what_tells(table, trace, process, processes, grouped)
        if how is not None:
            found[process.pid] = Found(process, how)
    for pid in _closure(processes, set(found)) - spared - found.keys():
        found[pid] = Found(processes[pid], How.DESCENT)
    return found


def _what_tells(
    table: ProcessTable,
    trace: Trace,
    process: ProcessInfo,
    processes: Mapping[int, ProcessInfo],
    grouped: set[int],
) -> How | None:
    if process.pid in grouped:
        return How.CGROUP
    if trace.leader and _in_session_of(trace.leader, process, processes):
        return How.SESSION
    if trace.seen.get(process.pid) == process.started:
        return How.SEEN
    return _mark_on(table, trace, process.pid)


def _mark_on(table: ProcessTable, trace: Trace, pid: int) -> How | None:
    """The signs that take a look into the process itself."""
    if table.variable(pid, RUN_VARIABLE) == trace.run_id:
        return How.MARKER
    if trace.logs and table.writes_to(pid, trace.logs):
        return How.DESCRIPTOR
    return None


def _in_session_of(
    leader: tuple[int, int], process: ProcessInfo, processes: Mapping[int, ProcessInfo]
) -> bool:
    pid, started = leader
    if process.pid == pid:
        return process.started == started
    # The kernel does not reuse a pid while it names a session, so only a living
    # stranger with the leader's pid means that the session is somebody else's.
    stranger = pid in processes and processes[pid].started != started
    return pid in (process.session, process.group) and not stranger


def _closure(processes: Mapping[int, ProcessInfo], roots: set[int]) -> set[int]:
    """The roots and all their descendants."""
    children: dict[int, list[int]] = {}
    for process in processes.values():
        children.setdefault(process.parent, []).append(process.pid)
    reached: set[int] = set()
    pending = list(roots)
    while pending:
        pid = pending.pop()
        if pid not in reached:
            reached.add(pid)
            pending += children.get(pid, ())
    return reached


class Reaper:
    """The worker's view: what is left of a run once its child was reaped."""

    def __init__(self, table: ProcessTable, clock: Clock, *, subreaper: bool) -> None:
        self._table = table
        self._clock = clock
        self.subreaper = subreaper
        self.kin: set[int] = set()
        """Children of this process that belong to no run: fellow workers, and
        processes that a job was allowed to keep."""

    def leftovers(self, trace: Trace) -> dict[int, Found]:
        """What still lives of the run; quick where nothing can hide."""
        if self.subreaper:
            adopted = self._adopted(trace)
            if not adopted:
                return {}
            processes = self._table.processes()
            found = {
                pid: Found(processes[pid], How.ADOPTED)
                for pid in adopted
                if pid in processes
            }
            for pid in _closure(processes, set(found)) - found.keys():
                found[pid] = Found(processes[pid], How.DESCENT)
            return found
        return survivors(self._table, trace, self.kin)

    def end(
        self, trace: Trace, *, grace_ms: int = LEFTOVER_GRACE_MS
    ) -> dict[int, Found]:
        """End every process of the run and return all that had to be ended."""
        ended = self.leftovers(trace)
        if ended and grace_ms:
            _signal_all(ended, signal.SIGTERM)
            # A stopped process does not see TERM until it goes on.
            _signal_all(ended, signal.SIGCONT)
            self._until_gone(trace, grace_ms)
        deadline = self._clock.awake_ms() + _REAP_MS
        while self._anything_left(trace) and self._clock.awake_ms() < deadline:
            left = self.leftovers(trace)
            ended |= left
            if trace.group is not None:
                # The only thing quicker than one who forks from pid to pid.
                trace.group.kill()
            kill_all(left, lambda: self.leftovers(trace))
            self._clock.sleep(1)
        return ended

    def keep(self, found: Iterable[int]) -> None:
        """Let these live on: they are nobody's leftovers any more."""
        self.kin.update(found)

    def _anything_left(self, trace: Trace) -> bool:
        """Whether the run is not gone for certain.

        One who forks from pid to pid may be missing in a list of processes, but as
        long as it lives there is a child of ours that was not reaped.
        """
        if trace.group is not None and trace.group.pids():
            return True
        if self.subreaper:
            return bool(self._adopted(trace))
        return bool(self.leftovers(trace))

    def _until_gone(self, trace: Trace, timeout_ms: int) -> None:
        deadline = self._clock.awake_ms() + timeout_ms
        while self._clock.awake_ms() < deadline and self._anything_left(trace):
            self._clock.sleep(5)

    def _adopted(self, trace: Trace) -> set[int]:
        """Direct children that are of this run; those that have ended are reaped.

        When a fellow worker leaves, what its runs were allowed to keep becomes ours
        too: kin from then on.
        """
        self._collect()
        adopted = set(self._table.children(os.getpid())) - self.kin
        strangers = {pid for pid in adopted if self._is_of_another_run(pid, trace)}
        self.kin |= strangers
        return adopted - strangers

    def _is_of_another_run(self, pid: int, trace: Trace) -> bool:
        """Told by what the process cannot change, else by how it was started."""
        group = run_group_of(pid)
        if group is not None and trace.group is not None:
            return group != trace.group.folder.name
        if pid in trace.seen:
            return False
        mark = self._table.variable(pid, RUN_VARIABLE)
        return mark is not None and mark != trace.run_id

    def _collect(self) -> None:
        """Reap every child that has ended. The run's own child was reaped before."""
        self.kin.difference_update(reap_others())


def kill_all(
    found: Mapping[int, Found],
    rescan: Callable[[], dict[int, Found]],
) -> None:
    """Stop what was found, look again until nothing new turns up, then kill it all.

    Stopped processes cannot fork, so the second look is complete.
    """
    stopped: dict[int, Found] = {}
    fresh = dict(found)
    rounds = 0
    while fresh and rounds < _MOST_ROUNDS:
        rounds += 1
        _signal_all(fresh, signal.SIGSTOP)
        stopped |= fresh
        fresh = {pid: item for pid, item in rescan().items() if pid not in stopped}
    _signal_all(stopped, signal.SIGKILL)


def _signal_all(found: Mapping[int, Found], number: signal.Signals) -> None:
    for pid, item in found.items():
        signal_process(pid, item.process.started, number)


def signal_process(pid: int, started: int, number: signal.Signals) -> bool:
    """Signal exactly this process; False if it is gone."""
    if start_of(pid) != started:
        return False
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def signal_group(leader: int, number: signal.Signals) -> None:
    """Signal a child's whole process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
