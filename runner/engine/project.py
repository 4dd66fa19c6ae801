"""One project as this process works on it: its files, its index, its clock."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from runner.model.errors import StateUnavailableError
from runner.process.clock import Clock, SystemClock, system_timezone
from runner.process.environment import (
    FAILPOINT_VARIABLE,
    dump_base,
    is_usual,
    load_base,
    record_base,
)
from runner.process.identity import own_identity
from runner.process.locks import Holder, PidLock
from runner.store.db import Connection, open_index, state_errors
from runner.store.folders import StateDir, write_durably

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path


class Project:
    """What every operation of the engine is given.

    `start` is the environment that this process was started with; it is used only
    to record the base environment and to find out about an enclosing run.
    """

    def __init__(
        self,
        config: Path,
        state: StateDir,
        index: Connection,
        clock: Clock,
        start: Mapping[str, str],
    ) -> None:
        self.config = config
        self.state = state
        self.index = index
        self.clock = clock
        self.start = start
        self.identity = own_identity()
        self.sent_off: set[int] = set()
        """The workers that this process has started for others, as far as they live."""

        self._index_inode = state.index.stat().st_ino

    @property
    def root(self) -> Path:
        return self.config.parent

    def has_lost_index(self) -> bool:
        """Whether the index that is open here is not the one in its place any more."""
        try:
            return self.state.index.stat().st_ino != self._index_inode
        except FileNotFoundError:
            return True

    def demand_index(self) -> None:
        """Raise StateUnavailableError where the index was taken from its place."""
        if self.has_lost_index():
            message = f"the index {self.state.index} is not there any more"
            raise StateUnavailableError(
                message, hint="Bring its folder back, then start the console again."
            )

    def state_errors(self) -> AbstractContextManager[None]:
        """Turns what SQLite raises about an unusable index into a typed error."""
        return state_errors(self.state.index)

    def now(self) -> int:
        """Wall time in epoch seconds."""
        return self.clock.wall_ms() // 1000

    @contextlib.contextmanager
    def runner_lock(self, wait_ms: int = 0) -> Iterator[bool]:
        """Hold the runner lock if it is to be had within that time: yields whether."""
        lock = PidLock(self.state.runner_lock)
        me = Holder(self.identity, self.clock.wall_ms(), None)
        try:
            held = lock.acquire(me, wait_ms=wait_ms)
        except PermissionError as error:
            message = f"cannot write to the state directory {self.state.root}"
            raise StateUnavailableError(
                message, hint="Make it writable or set another `state_dir`."
            ) from error
        try:
            yield held
        finally:
            if held:
                lock.release()

    def system_zone(self) -> str:
        return system_timezone(self.base().get("TZ"))

    def base(self) -> dict[str, str]:
        """The base environment, recorded at first use."""
        path = self.state.base_environment
        base = load_base(path)
        if base is None:
            base = record_base(self.start, ())
            write_durably(path, dump_base(base))
        return base

    def worker_environment(self) -> dict[str, str]:
        """What our own processes start from: nothing that only some job may have."""
        usual = {n: value for n, value in self.base().items() if is_usual(n)}
        failpoint = self.start.get(FAILPOINT_VARIABLE)
        return {**usual, FAILPOINT_VARIABLE: failpoint} if failpoint else usual


@contextlib.contextmanager
def open_project(
    config: Path,
    state_dir: Path,
    start: Mapping[str, str],
    clock: Clock | None = None,
) -> Iterator[Project]:
    """Open a project's state, making it if need be. Raises StateUnavailableError."""
    state = StateDir(state_dir)
    state.prepare()
    index = open_index(state.index)
    try:
        with state_errors(state.index):
            yield Project(config, state, index, clock or SystemClock(), start)
    finally:
        index.close()
