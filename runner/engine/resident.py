"""Keeps running: ticks every so often, and starts everything exactly on time.

The same as ticks and their timers do, by one process that stays. It holds no slot and
no run: whoever ends it ends nothing else, and a tick beside it finds its work done.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import secrets
from typing import TYPE_CHECKING

import runner
from runner import __version__
from runner.config.fingerprint import Sources
from runner.engine import admit, tick
from runner.engine.clocks import look_here
from runner.engine.instants import LEAD_MS, Instants
from runner.engine.refresh import refresh, refresh_if_free
from runner.engine.tick import TickReport
from runner.model.errors import LockHeldError, StateUnavailableError
from runner.model.instants import utc_text_ms
from runner.model.system import Leaving
from runner.process.driver import Driver
from runner.process.locks import Holder, PidLock, last_holder
from runner.process.spawn import reap
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

LATER = ("runner.engine.apply", "runner.engine.repair", "runner.config.loader")
"""What it needs some day: the program on disk may be another one by then."""

REST_MS = 5_000
"""How long to wait where the disk is full, or no process can be started."""

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
        for module in LATER:
            importlib.import_module(module)
        self._schema = schema_version(project.index)
        self._program = _program_stamp()
        self._edited = False
        self._seen_version = -1
        self._due: int | None = None
        self._last: Look | None = None
        self._trouble = ""
        self._next_tick_ms = 0
        self.folders: frozenset[str] = frozenset()
        """Those in which an edit of the configuration would show."""

    def is_outdated(self) -> bool:
        """Whether another version of the program is there, or owns the index by now."""
        index = self._project.index
        written_by = meta.get(index, meta.PROGRAM)
        known = written_by == __version__ and schema_version(index) == self._schema
        return not known or _program_stamp() != self._program

    def attend(self, *, edited: bool = False) -> int | None:
        """As `turn`; None: it is time to leave.

        What keeps it from doing its work is told once, and waited for.
        """
        try:
            with self._project.state_errors():
                wait_ms = None if self.is_outdated() else self.turn(edited=edited)
        except (StateUnavailableError, OSError) as error:
            return self._rest(str(error))
        self._trouble = ""
        return wait_ms

    def turn(self, *, edited: bool = False) -> int:
        """Do what is to be done now; after how many milliseconds to look again."""
        reap(self._project.sent_off)
        self._edited |= edited
        look = look_here(self._project)
        jumped = self._jumped(look)
        self._last = look
        if jumped or self._left_ms() > LEAD_MS:
            self._do_chores(look, tick_now=jumped)
        left_ms = self._left_ms()
        if left_ms > LEAD_MS:
            return min(left_ms - LEAD_MS, LOOK_MS)
        if self._due is not None and not self._instants.is_ready_for(self._due):
            self._instants.get_ready(self._due, spare=0)
            return 0
        if left_ms <= 0:
            self._strike()
            self._do_chores(look)
            return 0
        return left_ms

    def _do_chores(self, look: Look, *, tick_now: bool = False) -> None:
        """What takes its time, and so is not begun in the last second before an instant.

        An edit in that second counts from the next instant on.
        """
        if tick_now or look.awake_ms >= self._next_tick_ms:
            self._tick()
        elif self._edited:
            refresh_if_free(self._project)
            self._seen_version = -1
        else:
            return
        self._edited = False
        self.folders = _folders(self._project)

    def _left_ms(self) -> int:
        """Until the next instant. The index is asked only when somebody wrote to it."""
        version = data_version(self._project.index)
        if version != self._seen_version:
            self._due = pulse.next_due(self._project.index)
            self._seen_version = version
        if self._due is None:
            return LEAD_MS + LOOK_MS
        return self._due * 1000 - self._project.clock.wall_ms()

    def _rest(self, trouble: str) -> int:
        """Say it once; when it has passed, a whole tick makes good what was left undone."""
        if trouble != self._trouble:
            self._trouble = trouble
            with contextlib.suppress(OSError):  # the log is on the same disk
                self._tell(TickReport([], [], [], messages=[trouble]))
        self._seen_version = -1
        self._next_tick_ms = 0
        return REST_MS

    def _jumped(self, look: Look) -> bool:
        """Whether wall time went otherwise than awake time: the ledger is told so.

        What was seen last before is kept, so that it knows from when to when, unless
        somebody else has looked since.
        """
        last = self._last
        if last is None:
            return False
        apart = (look.wall_ms - last.wall_ms) - (look.awake_ms - last.awake_ms)
        if abs(apart) < JUMP_MS:
            return False
        index = self._project.index
        with transaction(index):
            known = ticks.last(index)
            if known is None or known.continuous_ms < last.continuous_ms:
                ticks.record(index, last, Driver.RESIDENT)
        return True

    def _tick(self) -> None:
        report = tick.run(self._project, self._rhythm)
        every = self._rhythm.every or meta.USUAL_PERIOD
        self._next_tick_ms = self._project.clock.awake_ms() + every * 1000
        self._seen_version = -1
        self._tell(report)

    def _strike(self) -> None:
        struck = self._instants.strike(lambda _reading: None)
        self._set_off(struck.appointed, 0)
        self._seen_version = -1
        self._tell(TickReport(*struck.enqueued, repaired=[]))

    def _set_off(self, appointed: list[WorkerRow], linger_until_ms: int) -> None:
        started = admit.start(self._project, appointed, linger_until_ms=linger_until_ms)
        for worker in started:
            os.close(worker.ready)
        self._project.sent_off.update(worker.pid for worker in started)


def stay(resident: Resident, project: Project, wake: Wake) -> Leaving:
    """Until somebody ends it, or another version of the program takes over.

    What passes, such as a full disk, is waited for. Raises LockHeldError where another
    one stays here already, StateUnavailableError where the state is gone.
    """
    with on_duty(project):
        folders = FolderWatch(wake.rouse, apart=str(project.state.root))
        try:
            refresh(project)  # it says which program the index belongs to now
            edited = False
            while not wake.stopping:
                project.demand_index()
                wait_ms = resident.attend(edited=edited)
                if wait_ms is None:
                    return Leaving.SUPERSEDED
                folders.look_at(resident.folders)
                edited = wake.wait(wait_ms) or not folders.works
        finally:
            folders.close()
    return Leaving.ASKED


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


def _program_stamp() -> tuple[int, int]:
    """Changes when another version is installed in place of this one."""
    try:
        status = os.stat(runner.__file__)  # noqa: PTH116  hot
    except OSError:  # it is being replaced just now
        return (0, 0)
    return (status.st_ino, status.st_mtime_ns)


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
