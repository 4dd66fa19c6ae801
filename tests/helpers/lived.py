"""The real engine on a test's clock: looked at when due, runs as long as usual."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.enqueue import decode_schedule
from runner.model.occurrence import STANDING_REASONS, Reason, Stretch
from runner.model.run import Trigger, usual_ms
from runner.model.schedule import Legacy
from runner.schedule import fires, timetable
from runner.store import jobs, meta, runs
from runner.store.db import transaction

if TYPE_CHECKING:
    from tests.helpers.still import Still


UNKNOWN = 0
"""For an instant that nobody kept."""


Span = tuple[int, int]


class Fate(NamedTuple):
    """What became of one occurrence. A run that has not started waits."""

    job_id: str
    instant: int
    reason: Reason | None
    trigger: Trigger | None
    started_ms: int | None


class Lived:
    """Time passes in a project.

    In `downs` all stands still, and while it is `unseen` nobody looks what is due; each
    is [from, to) in seconds.
    """

    def __init__(self, it: Still, downs: tuple[Span, ...], unseen: Span) -> None:
        self._it = it
        self._index = it.project.index
        self._downs = [(start * 1000, end * 1000) for start, end in downs]
        self._unseen = (unseen[0] * 1000, unseen[1] * 1000)
        self._ends: dict[str, int] = {}

    def until(self, instant: int) -> None:
        """Everything that happens before it."""
        while (at_ms := self._next_ms()) is not None and at_ms < instant * 1000:
            self._it.clock.advance(at_ms - self._it.clock.wall_ms())
            self._end(at_ms)
            if self._look_ms() == at_ms:
                self._it.decide()
            while self._start(at_ms):
                pass
        self._it.clock.advance(instant * 1000 - self._it.clock.wall_ms())

    def _next_ms(self) -> int | None:
        """What is due is looked at, a run ends, or nothing holds one back any more."""
        statement = "SELECT until * 1000 FROM standing WHERE what = 'held'"
        holds = [
            self._awake(until_ms) for (until_ms,) in self._index.execute(statement)
        ]
        coming = [until for until in holds if until > self._it.clock.wall_ms()]
        look_ms = self._look_ms()
        looks = [] if look_ms is None else [look_ms]
        return min([*looks, *coming, *self._ends.values()], default=None)

    def _look_ms(self) -> int | None:
        statement = "SELECT min(next_at) FROM jobs WHERE removed = 0"
        (due,) = self._index.execute(statement).fetchone()
        if due is None:
            return None
        at_ms = max(due * 1000, self._it.clock.wall_ms())
        start, end = self._unseen
        return self._awake(end if start <= at_ms < end else at_ms)

    def _awake(self, at_ms: int) -> int:
        for start, end in self._downs:
            if start <= at_ms < end:
                return end
        return at_ms

    def _end(self, at_ms: int) -> None:
        for run in runs.running(self._index):
            if self._ends[run.run_id] <= at_ms:
                del self._ends[run.run_id]
                with transaction(self._index):
                    runs.end(self._index, self._it._success(run))

    def _start(self, at_ms: int) -> bool:
        """Start one run for which its pool has a place, as a worker does."""
        index = self._index
        for pool, width in meta.pools(index).items():
            if runs.running_by_pool(index).get(pool, 0) < width:
                me = runs.Claimant("tester", self._it.project.identity, durable=True)
                with transaction(index):
                    claim = runs.claim(index, pool, me, at_ms)
                    if claim is not None:
                        jobs.note_start(index, claim.job_id, at_ms // 1000)
                        self._ends[claim.run_id] = self._over(claim.job_id, at_ms)
                        break
        else:
            return False
        self._end(at_ms)
        return True

    def _over(self, job_id: str, at_ms: int) -> int:
        """When what starts now ends: a second of sleep is one that it takes longer."""
        over = at_ms + takes_ms(self._it, job_id)
        for start, end in self._downs:
            if over > at_ms and at_ms < start <= over:
                over += end - start
        return over


def takes_ms(it: Still, job_id: str) -> int:
    row = jobs.find(it.project.index, job_id)
    assert row is not None
    return usual_ms(row["outcomes"], row["durations"]) or 0


def fates(it: Still) -> Counter[Fate]:
    """Everything that the engine decided, one occurrence at a time."""
    index = it.project.index
    rows = index.execute(
        "SELECT o.job_id, o.instant, o.reason, r.trigger, r.started_ms"
        " FROM occurrences o LEFT JOIN runs r ON r.run_id = o.run_id"
        " WHERE o.reason IS NULL OR o.reason <> 'skipped'"
    )
    found = Counter(
        Fate(job_id, at, reason and Reason(reason), trigger and Trigger(trigger), ms)
        for job_id, at, reason, trigger, ms in rows
    )
    spans = index.execute("SELECT job_id, first, last, count, reason FROM spans")
    for job_id, *stretch, reason in spans:
        declined = Reason(reason)
        instants = within(it, job_id, Stretch(*stretch), declined)
        found.update(Fate(job_id, at, declined, None, None) for at in instants)
    return found


def within(
    it: Still, job_id: str, stretch: Stretch, reason: Reason | None
) -> list[int]:
    """The fires of a job in a stretch that nobody skipped.

    What a condition kept a legacy job from is only counted: what lies between the first
    and the last is not known.
    """
    row = jobs.find(it.project.index, job_id)
    assert row is not None
    schedule = decode_schedule(row["schedule"])
    if isinstance(schedule, Legacy):
        if reason in STANDING_REASONS:
            return [UNKNOWN] * stretch.fires
        assert stretch.fires == 1
        return [stretch.first]
    skipped = {at for at, why in it.rows(job_id) if why is Reason.SKIPPED}
    every = fires(timetable(schedule), stretch.first - 1, stretch.last)
    instants = [at for at in every if at not in skipped]
    assert len(instants) == stretch.fires
    return instants
