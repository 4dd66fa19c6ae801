"""One attempt of a run: start the child, watch it, stop it, leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.judge import Stop, StopReason
from runner.engine.sightings import Logs, OutputMarks, Sightings, open_logs
from runner.model.job import Leftovers
from runner.model.receipt import LeftoverRecord
from runner.process.cgroup import RunGroup
from runner.process.descendants import (
    LEFTOVER_GRACE_MS,
    Found,
    Reaper,
    Trace,
    signal_group,
)
from runner.process.failpoint import failpoint
from runner.process.spawn import Launch, spawn_child
from runner.process.waiting import Exit, watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.engine.plan import Plan
    from runner.process.clock import Clock
    from runner.process.table import ProcessTable
    from runner.store.events import EventLog
    from runner.store.folders import RunFolder

LOOK_MS = 200
"""How exact the output marks are, and how soon a wish to cancel is seen."""

GRACE_MS = 10_000
"""Between asking a child to end and killing it."""

_CHILD_UMASK = 0o022


class AttemptEnd(NamedTuple):
    """How an attempt ended. Times are wall milliseconds."""

    pid: int
    exit: Exit
    stopped: Stop | None
    leftovers: tuple[LeftoverRecord, ...]
    started_ms: int
    ended_ms: int


class Scene(NamedTuple):
    """Where an attempt takes place. `stops` is asked every look."""

    run_id: str
    folder: RunFolder
    clock: Clock
    table: ProcessTable
    reaper: Reaper
    events: EventLog
    stops: Callable[[], Stop | None]
    on_look: Callable[[], None]


class _Stopping:
    """TERM, a grace, KILL: how a child is brought to its end."""

    def __init__(self, pid: int, clock: Clock, polite: signal.Signals) -> None:
        self._pid, self._clock, self._polite = pid, clock, polite
        self._kill_at: int | None = None
        self._killed = False
        self.first: Stop | None = None
        self.hurried = False

    def ask(self, stop: Stop) -> bool:
        """Ask the child to end; False if that was done before."""
        if self.first is not None:
            return False
        self.first = stop
        signal_group(self._pid, self._polite)
        signal_group(self._pid, signal.SIGCONT)
        self._kill_at = self._clock.awake_ms() + GRACE_MS
        return True

    def kill_if(self, *, now: bool) -> None:
        """Kill the child when its grace is over, or at once."""
        over = self._kill_at is not None and self._clock.awake_ms() >= self._kill_at
        self.hurried = self.hurried or now
        if (now or over) and not self._killed:
            self._killed = True
            signal_group(self._pid, signal.SIGKILL)


def attempt(plan: Plan, leftovers: Leftovers, scene: Scene) -> AttemptEnd:
    """Run the plan's child to its end. Raises LaunchError where it cannot start."""
    logs = open_logs(scene.folder)
    group = RunGroup.create(scene.run_id)
    sightings = Sightings(scene.folder, scene.table, group)
    try:
        return _attempt(plan, leftovers, scene, (logs, group, sightings))
    finally:
        sightings.close()
        logs.close()
        if group is not None:
            group.remove()


def _attempt(
    plan: Plan,
    policy: Leftovers,
    scene: Scene,
    tools: tuple[Logs, RunGroup | None, Sightings],
) -> AttemptEnd:
    logs, group, sightings = tools
    marks = OutputMarks(logs, scene.events)
    started_ms = scene.clock.wall_ms()
    with group.around() if group else contextlib.nullcontext():
        pid = _spawn(plan, scene.folder, logs)
    failpoint("worker.spawned")
    sightings.add(pid, started_ms)
    scene.events.append(started_ms, "attempt_started", attempt=1, pid=pid)
    failpoint("worker.watching")
    polite = plan.agent.adapter.stop_signal if plan.agent else signal.SIGTERM
    stopping = _Stopping(pid, scene.clock, polite)

    def look() -> None:
        marks.look(scene.clock.wall_ms())
        sightings.look(scene.reaper.kin, scene.clock.wall_ms())
        scene.on_look()

    exit_ = _watch(pid, plan.timeout_ms, scene, stopping, look)
    failpoint("worker.reaped")
    ended_ms = scene.clock.wall_ms()
    leader = next(iter(sightings.seen.items()), None)
    trace = Trace(scene.run_id, leader, sightings.seen, logs.keys(), group)
    succeeded = exit_.code == 0 and stopping.first is None
    if succeeded and policy is Leftovers.KEEP:
        records = _kept(scene, trace)
    else:
        records = _swept(scene, trace, 0 if stopping.hurried else LEFTOVER_GRACE_MS)
    failpoint("worker.swept")
    marks.look(ended_ms)
    return AttemptEnd(pid, exit_, stopping.first, records, started_ms, ended_ms)


def _spawn(plan: Plan, folder: RunFolder, logs: Logs) -> int:
    source = os.devnull if plan.prompt is None else folder.prompt
    stdin = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    try:
        launch = Launch(
            argv=plan.argv,
            cwd=plan.cwd,
            environment=plan.environment,
            stdin=stdin,
            stdout=logs.stdout,
            stderr=logs.stderr,
            umask=_CHILD_UMASK,
        )
        return spawn_child(launch)
    finally:
        os.close(stdin)


def _watch(
    pid: int,
    timeout_ms: int,
    scene: Scene,
    stopping: _Stopping,
    look: Callable[[], None],
) -> Exit:
    """Wait for the child's end; every look may find a reason to hasten it."""
    deadline = scene.clock.awake_ms() + timeout_ms
    child = watch(pid)
    try:
        while not child.ended(min(LOOK_MS, deadline - scene.clock.awake_ms())):
            look()
            stop = scene.stops()
            if scene.clock.awake_ms() >= deadline:
                text = f"stopped after its timeout of {timeout_ms / 1000:g} s"
                _ask(stopping, Stop(StopReason.TIMEOUT, text), scene)
                deadline = scene.clock.awake_ms() + 2 * GRACE_MS
            elif stop is not None:
                _ask(stopping, stop, scene)
            stopping.kill_if(now=stop is not None and stop.now)
        return child.reap()
    finally:
        child.close()


def _ask(stopping: _Stopping, stop: Stop, scene: Scene) -> None:
    if stopping.ask(stop):
        scene.events.append(
            scene.clock.wall_ms(), "stopping", reason=stop.reason, why=stop.why
        )


def _kept(scene: Scene, trace: Trace) -> tuple[LeftoverRecord, ...]:
    """Let what outlived the child live on."""
    kept = scene.reaper.leftovers(trace)
    scene.reaper.keep(kept)
    return tuple(_record(found, "kept") for found in kept.values())


def _swept(scene: Scene, trace: Trace, grace_ms: int) -> tuple[LeftoverRecord, ...]:
    """End what outlived the child."""
    ended = scene.reaper.end(trace, grace_ms=grace_ms)
    return tuple(_record(found, "killed") for found in ended.values())


def sweep(scene: Scene) -> tuple[LeftoverRecord, ...]:
    """End what was started for the run after its attempt."""
    trace = Trace(scene.run_id, None, {}, frozenset(), None)
    return _swept(scene, trace, LEFTOVER_GRACE_MS)


def _record(found: Found, outcome: str) -> LeftoverRecord:
    process = found.process
    return LeftoverRecord(process.pid, process.command, found.how, outcome)
