"""Simulated runs: they wait, start and end as the pools of a project let them."""

from __future__ import annotations

from bisect import bisect_right
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Busy:
    """How busy a job is: its runs that have not ended, and of these those that go on.

    Each takes `takes_ms`; the last one started at `started_ms` and ends at `until_ms`.
    Those that wait for one that goes on are `parked`.
    """

    __slots__ = ("active", "parked", "running", "started_ms", "takes_ms", "until_ms")

    def __init__(self, takes_ms: int) -> None:
        self.takes_ms = takes_ms
        self.active = 0
        self.running = 0
        self.started_ms = 0
        self.until_ms = 0
        self.parked: list[tuple[int, int, Run]] = []


class Run:
    """One run of a job; without an end it has not started.

    An `alone` one starts when no other of its job goes on. `overlaps_ms` is when the
    one ends that goes on as it starts all the same.
    """

    __slots__ = (
        "alone",
        "busy",
        "ends_ms",
        "number",
        "overlaps_ms",
        "pool",
        "priority",
    )

    def __init__(self, busy: Busy, pool: str, priority: int, *, alone: bool) -> None:
        self.busy = busy
        self.pool = pool
        self.priority = priority
        self.alone = alone
        self.number = 0
        self.ends_ms: int | None = None
        self.overlaps_ms: int | None = None


class Downs:
    """When the machine is off or asleep; everything in milliseconds."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        """They may lie over each other; each is [from, to)."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def awake(self, at_ms: int) -> int:
        """The first moment from then on in which the machine is awake."""
        number = bisect_right(self._starts, at_ms) - 1
        return max(at_ms, self._ends[number]) if number >= 0 else at_ms

    def later(self, at_ms: int, takes_ms: int) -> int:
        """When something is over that takes so long while the machine is awake."""
        over = at_ms + takes_ms
        for number in range(bisect_right(self._starts, at_ms), len(self._starts)):
            if over < self._starts[number]:
                break
            over += self._ends[number] - self._starts[number]
        return over


class _Pool:
    """How many more runs may go on, and those that could, first things first."""

    __slots__ = ("free", "ready")

    def __init__(self, width: int) -> None:
        self.free = width
        self.ready: list[tuple[int, int, Run]] = []


class Runs:
    """All runs that have not ended, and who is next."""

    def __init__(self, widths: Mapping[str, int], downs: Downs) -> None:
        self._pools = {name: _Pool(width) for name, width in widths.items()}
        self._downs = downs
        self._count = 0
        self._changes: list[tuple[int, int, Run]] = []

    @property
    def next_ms(self) -> int | None:
        """When something ends, or may start that was held."""
        return self._changes[0][0] if self._changes else None

    def queue(self, run: Run) -> None:
        self._number(run)
        self._make_ready(run)

    def hold(self, run: Run, until_ms: int) -> None:
        """Queue a run that may not start before that time."""
        self._number(run)
        heappush(self._changes, (self._downs.awake(until_ms), run.number, run))

    def resume(self, run: Run, at_ms: int, left_ms: int) -> None:
        """Have a run go on that has so much left at that time."""
        self._number(run)
        self._go_on(run, self._downs.later(self._downs.awake(at_ms), left_ms))

    def end(self, at_ms: int) -> None:
        """End everything that takes no longer."""
        changes = self._changes
        while changes and changes[0][0] <= at_ms:
            run = heappop(changes)[-1]
            if run.ends_ms is None:
                self._make_ready(run)
                continue
            self._pool(run.pool).free += 1
            run.busy.running -= 1
            self._ended(run.busy)

    def start(self, at_ms: int) -> list[Run]:
        """Start everything that there is room for."""
        started: list[Run] = []
        for pool in self._pools.values():
            while pool.ready and pool.free > 0:
                entry = heappop(pool.ready)
                run = entry[-1]
                if run.alone and run.busy.running:
                    heappush(run.busy.parked, entry)
                    continue
                self._start(run, at_ms)
                started.append(run)
        return started

    def _number(self, run: Run) -> None:
        self._count += 1
        run.number = self._count
        run.busy.active += 1

    def _pool(self, name: str) -> _Pool:
        """One that is not configured has a single place."""
        pool = self._pools.get(name)
        if pool is None:
            pool = self._pools[name] = _Pool(1)
        return pool

    def _make_ready(self, run: Run) -> None:
        heappush(self._pool(run.pool).ready, (run.priority, run.number, run))

    def _start(self, run: Run, at_ms: int) -> None:
        busy = run.busy
        busy.started_ms = at_ms
        if busy.running:
            run.overlaps_ms = busy.until_ms
        if busy.takes_ms:
            self._go_on(run, self._downs.later(at_ms, busy.takes_ms))
        else:
            run.ends_ms = at_ms
            self._ended(busy)

    def _go_on(self, run: Run, ends_ms: int) -> None:
        run.ends_ms = run.busy.until_ms = ends_ms
        run.busy.running += 1
        self._pool(run.pool).free -= 1
        heappush(self._changes, (ends_ms, run.number, run))

    def _ended(self, busy: Busy) -> None:
        busy.active -= 1
        if busy.parked and not busy.running:
            self._make_ready(heappop(busy.parked)[-1])
