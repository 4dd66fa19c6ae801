"""Ends children that were started to be asked something, and all that they started."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

from runner.process.descendants import Found, How, below, kill_all, signal_group
from runner.process.identity import start_of
from runner.process.table import process_table
from runner.process.waiting import UNKNOWN_EXIT, Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from runner.process.clock import Clock
    from runner.process.table import ProcessTable

_LOOK_MS = 5
_DEATH_MS = 2_000
"""How long a killed process may take to be gone: it may be deep in the kernel."""


def has_ended(leader: int) -> bool:
    """Whether a child has ended. Its status is still to be read."""
    return start_of(leader) is None


def end_sessions(
    leaders: Collection[int], clock: Clock, *, grace_ms: int = 0
) -> dict[int, Exit]:
    """End these children, each with its whole session, and tell how each ended.

    They are asked first where they are given a grace. Only their own statuses are
    read, and those of their orphans that became ours. A process that left its session
    and outlived its parent is not found here: it is the run's, and the `Reaper`'s.
    """
    table = process_table()
    found: dict[int, Found] = {}

    def living() -> dict[int, Found]:
        now = _members(table, leaders)
        found.update(now)
        return now

    if grace_ms:
        _signal_groups(leaders, signal.SIGTERM)
        # A stopped process does not see TERM until it goes on.
        _signal_groups(leaders, signal.SIGCONT)
        _wait_until(lambda: not living(), clock, grace_ms)
    kill_all(living(), living)
    # One whose first thread has ended looks dead, and may have others that go on.
    _signal_groups(leaders, signal.SIGKILL)
    _wait_until(lambda: not any(map(_lives, found.values())), clock, _DEATH_MS)
    exits = {leader: _exit_of(leader) for leader in leaders}
    for leader in leaders:
        _reap(-leader)
    for pid in found.keys() - exits.keys():
        _reap(pid)
    return exits


def _members(table: ProcessTable, leaders: Collection[int]) -> dict[int, Found]:
    """Everything alive in the sessions and below their leaders."""
    descendants = {pid for leader in leaders for pid in below(table, leader, ())}
    return {
        pid: Found(process, How.SESSION)
        for pid, process in table.processes().items()
        if pid in descendants
        or not {pid, process.session, process.group}.isdisjoint(leaders)
    }


def _lives(found: Found) -> bool:
    return start_of(found.process.pid) == found.process.started


def _signal_groups(leaders: Collection[int], number: signal.Signals) -> None:
    for leader in leaders:
        signal_group(leader, number)


def _wait_until(condition: Callable[[], bool], clock: Clock, within_ms: int) -> None:
    deadline = clock.awake_ms() + within_ms
    while not condition() and clock.awake_ms() < deadline:
        clock.sleep(_LOOK_MS)


def _exit_of(leader: int) -> Exit:
    """Unknown also for one that would not die."""
    try:
        pid, status = os.waitpid(leader, os.WNOHANG)
    except ChildProcessError:
        return UNKNOWN_EXIT
    if pid == 0:
        return UNKNOWN_EXIT
    code = os.waitstatus_to_exitcode(status)
    return Exit(code, None) if code >= 0 else Exit(None, -code)


def _reap(whom: int) -> None:
    """Read the statuses of ended children: of this one, or of a group (negative)."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(whom, os.WNOHANG)[0]:
            pass
