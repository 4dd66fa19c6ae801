"""The loop of a simulation: from instant to instant, deciding as a tick decides."""

from __future__ import annotations

from functools import lru_cache
from heapq import heappop, heappush
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.enqueue import Moment, judge, passed
from runner.engine.simulation.runs import Run
from runner.model.job import Overlap
from runner.model.occurrence import Reason, Stretch
from runner.model.simulation import Simulated, What
from runner.store.runs import SCHEDULED_PRIORITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.engine.enqueue import Judged
    from runner.engine.simulation.job import SimulatedJob
    from runner.engine.simulation.runs import Downs, Runs
    from runner.schedule import Timetable

JUDGED_TOGETHER = 1024
"""Jobs of one schedule are judged once; so many schedules at a time."""

_order = attrgetter("job_id", "first")


class Looks(NamedTuple):
    """When somebody looks: from `start` to `end` whenever something is due.

    But not while the machine is down. What is at most `punctual` seconds late is on
    time.
    """

    start: int
    end: int
    downs: Downs
    punctual: int

    def next_ms(self, due: int) -> int:
        return self.downs.awake(max(due, self.start) * 1000)


class Simulation:
    """Jobs, their runs, and what falls due next. It is lived through once."""

    def __init__(self, jobs: Sequence[SimulatedJob], runs: Runs, looks: Looks) -> None:
        self._jobs = jobs
        self._runs = runs
        self._looks = looks
        self._due: list[tuple[int, int]] = []
        self._happened: list[Simulated] = []
        self._judge = lru_cache(JUDGED_TOGETHER)(judge)
        for job in jobs:
            self._expect(job)

    def events(self) -> Iterator[Simulated]:
        """In the order of time, those of one moment in that of their jobs."""
        end_ms = self._looks.end * 1000
        while (at_ms := self._next_ms()) is not None and at_ms < end_ms:
            self._live(at_ms)
            if len(self._happened) > 1:
                self._happened.sort(key=_order)
            yield from self._happened
            self._happened.clear()

    def _next_ms(self) -> int | None:
        change_ms = self._runs.next_ms
        look_ms = self._look_ms()
        if change_ms is None or look_ms is None:
            return look_ms if change_ms is None else change_ms
        return min(look_ms, change_ms)

    def _look_ms(self) -> int | None:
        return self._looks.next_ms(self._due[0][0]) if self._due else None

    def _live(self, at_ms: int) -> None:
        """What ends makes room for what falls due at the same moment."""
        self._runs.end(at_ms)
        queued: list[_Fire] = []
        if self._look_ms() == at_ms:
            moment = Moment(at_ms, "", punctual=self._looks.punctual)
            for job in self._take_due(moment.now):
                queued += self._decide(job, moment)
        for run in self._runs.start(at_ms):
            if isinstance(run, _Fire):
                self._happened.append(run.told(at_ms, What.RUNS))
        self._happened += [
            fire.told(at_ms, What.WAITS) for fire in queued if fire.ends_ms is None
        ]

    def _take_due(self, now: int) -> list[SimulatedJob]:
        """The jobs that are due, in the order in which a tick takes them."""
        due = self._pop_due(now)
        if any(job.pauses for job in due):
            for job in due:
                self._end_pauses(job, now)
                self._expect(job)
            due = self._pop_due(now)
        return due

    def _pop_due(self, now: int) -> list[SimulatedJob]:
        due: list[SimulatedJob] = []
        while self._due and self._due[0][0] <= now:
            due.append(self._jobs[heappop(self._due)[1]])
        return due

    def _end_pauses(self, job: SimulatedJob, now: int) -> None:
        """Let what fell due in pauses that are over pass."""
        for condition in job.pauses:
            if condition.until < now:
                judged = passed(job.progress, condition, job.skipped)
                if judged is not None:
                    job.decided(judged)
                    self._decline(job, judged, now)

    def _decide(self, job: SimulatedJob, moment: Moment) -> list[_Fire]:
        """Look at one due job; the runs that it brings."""
        now = moment.now
        judged = self._judge(job.progress, job.skipped, job.policy(moment), now)
        job.decided(judged)
        self._expect(job)
        self._decline(job, judged, now)
        wanted, timetable = judged.verdict.wanted, judged.timetable
        if wanted and (reason := job.obstacle(now)):
            stretch = Stretch(wanted[0], wanted[-1], len(wanted))
            self._happened.append(_declined(job, timetable, (stretch, reason), now))
            return []
        fires = [
            _Fire(job, timetable, instant, moment)
            for instant in wanted
            if instant not in job.taken
        ]
        for fire in fires:
            self._runs.queue(fire)
        return fires

    def _decline(self, job: SimulatedJob, judged: Judged, now: int) -> None:
        for item in judged.verdict.declined:
            self._happened.append(_declined(job, judged.timetable, item, now))

    def _expect(self, job: SimulatedJob) -> None:
        if job.progress.next_at is not None:
            heappush(self._due, (job.progress.next_at, job.position))


class _Fire(Run):
    """The run of an occurrence that the simulation brought."""

    __slots__ = ("_instant", "_note", "_queued_ms", "_trigger", "job")

    def __init__(
        self, job: SimulatedJob, t: Timetable, instant: int, moment: Moment
    ) -> None:
        alone = job.overlap is not Overlap.ALLOW
        super().__init__(job.busy, job.pool, SCHEDULED_PRIORITY, alone=alone)
        self.job = job
        self._instant = instant
        self._queued_ms = moment.now_ms
        self._trigger = moment.trigger(instant)
        self._note = _note(job, t, Stretch(instant, instant, 1))

    def told(self, at_ms: int, what: What) -> Simulated:
        overlaps_ms = self.overlaps_ms
        if what is What.WAITS and self.alone:
            overlaps_ms = self.job.goes_on_until
        return Simulated(
            at_ms=at_ms,
            job_id=self.job.id,
            what=what,
            first=self._instant,
            last=self._instant,
            count=1,
            zone=self.job.zone,
            trigger=self._trigger,
            waited_ms=at_ms - self._queued_ms,
            ends_ms=self.ends_ms if self.job.takes_time else None,
            overlaps_ms=overlaps_ms,
            note=self._note,
        )


def _declined(
    job: SimulatedJob, t: Timetable, item: tuple[Stretch, Reason], now: int
) -> Simulated:
    stretch, reason = item
    return Simulated(
        at_ms=now * 1000,
        job_id=job.id,
        what=What.DECLINED,
        first=stretch.first,
        last=stretch.last,
        count=stretch.fires,
        zone=job.zone,
        reason=reason,
        overlaps_ms=job.goes_on_until if reason is Reason.OVERLAP else None,
        note=_note(job, t, stretch),
    )


def _note(job: SimulatedJob, t: Timetable, stretch: Stretch) -> str:
    clock = job.clock
    return "" if clock.steady is not None else clock.note(t, stretch)
