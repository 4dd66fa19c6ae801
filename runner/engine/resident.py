"""Keeps running: ticks every so often, and starts everything exactly on time.

The same as ticks and their timers do, by one process that stays. It holds no slot and
no run: whoever ends it ends nothing else, and a tick beside it finds its work done.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING

from runner import __version__
from runner.config.fingerprint import Sources
from runner.engine import admit, tick
from runner.engine.clocks import read_clocks
from runner.engine.instants import LEAD_MS, Instants
from runner.engine.refresh import refresh, refresh_if_free
from runner.engine.tick import TickReport
from runner.model.errors import LockHeldError
from runner.model.instants import utc_text_ms
from runner.process.driver import Driver
from runner.process.locks import Holder, PidLock, last_holder
from runner.process.watching import FolderWatch
from runner.store import meta, pulse, ticks, workers
from runner.store.db import data_version, schema_version, transaction
from runner.store.workers import WorkerRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.engine.project import Project
    from runner.process.wake import Wake
    from runner.store.ticks import Look

LOOK_MS = 1_000
"""How often it looks at the clocks and the index: a jump, or a decision elsewhere."""

JUMP_MS = 2_000
"""By so much wall and awake time must part to be a jump: sleep, or a clock that was set."""


class Resident:
    """Use it inside `on_duty`. `turn` is one look; it says how long to wait.

    `tell` is told what each tick, and each instant, has brought.
    """

    def __init__(
        self, project: Project, every: int, tell: Callable[[TickReport], None]
    ) -> None:
        self._project = project
        self._rhythm = tick.Rhythm(every, stays=True)
        self._tell = tell
        self._instants = Instants(project, self._set_off)
        self._schema = schema_version(project.index)
        self._seen_version = -1
        self._due: int | None = None
        self._last: Look | None = None
        self._next_tick_ms = 0
        self.folders: frozenset[str] = frozenset()
        """Those in which an edit of the configuration would show."""

    def is_outdated(self) -> bool:
        """Whether another version of the program, or none, owns the index by now."""
        project = self._project
        if project.has_lost_index():
            return True
        index = project.index
        written_by = meta.get(index, meta.PROGRAM)
        return written_by != __version__ or schema_version(index) != self._schema

    def turn(self) -> int:
        """Do what is to be done now; after how many milliseconds to look again."""
        look = read_clocks(self._project).look
        if self._jumped(look) or look.awake_ms >= self._next_tick_ms:
            self._tick()
        self._last = look
        due = self._next_due()
        if due is None:
            return LOOK_MS
        left_ms = due * 1000 - self._project.clock.wall_ms()
        if left_ms > LEAD_MS:
            return min(left_ms - LEAD_MS, LOOK_MS)
        if not self._instants.is_ready_for(due):
            self._instants.get_ready(due, spare=0)
            return 0
        if left_ms <= 0:
            self._strike()
        return max(left_ms, 0)

    def notice_edit(self) -> None:
        """Take in a configuration that changed, if it did."""
        refresh_if_free(self._project)
        self.folders = _folders(self._project)
        self._seen_version = -1

    def _jumped(self, look: Look) -> bool:
        """Whether wall time went otherwise than awake time: the ledger is told so.

        What was seen last before is kept, so that it knows from when to when.
        """
        last = self._last
        if last is None:
            return False
        apart = (look.wall_ms - last.wall_ms) - (look.awake_ms - last.awake_ms)
        if abs(apart) < JUMP_MS:
            return False
        with transaction(self._project.index):
            ticks.record(self._project.index, last, Driver.RESIDENT)
        return True

    def _tick(self) -> None:
        report = tick.run(self._project, self._rhythm)
        every = self._rhythm.every or meta.USUAL_PERIOD
        self._next_tick_ms = self._project.clock.awake_ms() + every * 1000
        self.folders = _folders(self._project)
        self._seen_version = -1
        self._tell(report)

    def _next_due(self) -> int | None:
        """The index is asked only when somebody wrote to it."""
        version = data_version(self._project.index)
        if version != self._seen_version:
            self._due = pulse.next_due(self._project.index)
            self._seen_version = version
        return self._due

    def _strike(self) -> None:
        struck = self._instants.strike(lambda _reading: None)
        self._set_off(struck.appointed, 0)
        self._seen_version = -1
        self._tell(TickReport(*struck.enqueued, repaired=[]))

    def _set_off(self, appointed: list[WorkerRow], linger_until_ms: int) -> None:
        for worker in admit.start(
            self._project, appointed, linger_until_ms=linger_until_ms
        ):
            os.close(worker.ready)


def stay(resident: Resident, project: Project, wake: Wake) -> None:
    """Until somebody ends it, or another version of the program takes over.

    Raises LockHeldError where another one stays here already.
    """
    with on_duty(project):
        folders = FolderWatch(wake.rouse, apart=str(project.state.root))
        try:
            refresh(project)  # it says which program the index belongs to now
            while not (wake.stopping or resident.is_outdated()):
                wait_ms = resident.turn()
                folders.look_at(resident.folders)
                if wake.wait(wait_ms) or not folders.works:
                    resident.notice_edit()
        finally:
            folders.close()


@contextlib.contextmanager
def on_duty(project: Project) -> Iterator[None]:
    """Hold the place of who stays, so that no second one does and no timer need."""
    lock = PidLock(project.state.resident_lock)
    if not lock.acquire(Holder(project.identity, project.clock.wall_ms(), None)):
        raise _held(project)
    me = WorkerRow(secrets.token_hex(6), None, project.identity)
    try:
        with transaction(project.index):
            workers.sign_in(project.index, me, project.clock.wall_ms())
        yield
    finally:
        if not project.has_lost_index():
            with transaction(project.index):
                workers.sign_out(project.index, me.id)
        lock.release()


def _folders(project: Project) -> frozenset[str]:
    sources = Sources.from_text(meta.get(project.index, meta.SOURCES) or "")
    return frozenset({str(project.root), *sources.folders()})


def _held(project: Project) -> LockHeldError:
    path = project.state.resident_lock
    holder = last_holder(path)
    if holder is None:
        return LockHeldError(f"another `jobconsole up` holds {path}")
    since = utc_text_ms(holder.since_ms)
    message = (
        f"`jobconsole up` runs already: process {holder.identity.pid}, since {since}"
    )
    return LockHeldError(message, hint="It does all there is to do; this one leaves.")
