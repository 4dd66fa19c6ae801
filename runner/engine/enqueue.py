"""Turns what is due into queued runs, or into the reason why it does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.engine.authority import SCHEDULER
from runner.engine.decide import Policy, Verdict, decide, policy_of, stretch_of
from runner.engine.grants import Grants, Obstacle, admitted
from runner.engine.ledger import Declined, decline, take_back
from runner.model.definition import Definition, decode_definition
from runner.model.job import Overlap
from runner.model.occurrence import Reason, Stretch
from runner.model.run import Trigger
from runner.model.schedule import Legacy, Manual, Once, Schedule
from runner.schedule import Timetable, legacy_due, timetable, without
from runner.store import jobs, meta, occurrences, runs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from runner.engine.clocks import Reading
    from runner.model.role import Role
    from runner.store.db import Connection
    from runner.store.jobs import DueJob, Progress

PUNCTUAL_GRACE = 60
"""Nobody looks more often than every tick, and ticks may be a little late (seconds)."""

_schedules: msgspec.json.Decoder[Schedule] = msgspec.json.Decoder(Schedule)


class Moment(NamedTuple):
    """When and where something is enqueued. `stepped`: the clock was set forward.

    What is seen at most `punctual` seconds late is on time.
    """

    now_ms: int
    boot: str
    stepped: bool = False
    punctual: int = meta.USUAL_PERIOD + PUNCTUAL_GRACE

    @property
    def now(self) -> int:
        return self.now_ms // 1000

    def trigger(self, instant: int) -> Trigger:
        late = self.now - instant > self.punctual
        return Trigger.CATCH_UP if late else Trigger.SCHEDULE


class Enqueued(NamedTuple):
    """What one look at the clock brought."""

    run_ids: list[str]
    declined: list[Declined]


class Condition(NamedTuple):
    """What kept a job from running, up to an instant."""

    reason: Reason
    until: int


class Undecided(NamedTuple):
    """By what to judge the fires of a job that are not decided: those after `after`.

    `timetable` has all of them, `left` those that nobody skipped.
    """

    timetable: Timetable
    left: Timetable
    after: int


class Judged(NamedTuple):
    """A verdict on a due job's fires, and what is decided and due next with it."""

    verdict: Verdict
    timetable: Timetable
    cursor: int
    next_at: int | None


def enqueue_at(index: Connection, reading: Reading, grants: Grants) -> Enqueued:
    """As `enqueue_due`, after making good for a clock that was set."""
    look = reading.look
    moment = Moment(
        look.wall_ms,
        look.boot,
        stepped=reading.set_forward,
        punctual=meta.period(index) + PUNCTUAL_GRACE,
    )
    if reading.set_back:
        rewind(index, moment)
    return enqueue_due(index, moment, grants)


def enqueue_due(index: Connection, moment: Moment, grants: Grants) -> Enqueued:
    """Decide every occurrence up to now. Call it inside a durable transaction."""
    skips = occurrences.skipped(index, moment.now)
    enqueued = Enqueued([], end_pauses(index, skips, moment.now_ms))
    for row in jobs.due(index, moment.now):
        skipped = skips.get(row.id, ())
        body = None if row.body is None else decode_definition(row.body)
        standing = row.held_by if row.enabled else Reason.DISABLED
        policy = policy_of(body, standing, moment.punctual, stepped=moment.stepped)
        judged = judge(row, skipped, policy, moment.now)
        run_ids, declined = _decided(index, (row, body), judged, (moment, grants))
        for item in declined:
            decline(index, judged.timetable, item, moment.now_ms)
        enqueued.run_ids.extend(run_ids)
        enqueued.declined.extend(declined)
        jobs.set_progress(index, row.id, judged.cursor, judged.next_at)
    return enqueued


def judge(
    job: DueJob | Progress, skipped: Collection[int], policy: Policy, now: int
) -> Judged:
    """Every undecided fire of a due job up to now. Pure."""
    fires = undecided(job, skipped)
    first = fires.left.next(fires.after)
    if first is not None and first > now:
        # A legacy job that somebody started meanwhile: its interval began anew.
        return Judged(Verdict([], []), fires.timetable, job.cursor, first)
    verdict = decide(fires.left, fires.after, now, policy)
    next_at = next_after(decode_schedule(job.schedule), now, skipped)
    return Judged(verdict, fires.timetable, now, next_at)


def end_pauses(
    index: Connection, skips: Mapping[str, Collection[int]], now_ms: int
) -> list[Declined]:
    """Decline what fell due in pauses that have ended since anybody looked."""
    declined: list[Declined] = []
    for job, what, until in jobs.past_pauses(index, now_ms // 1000):
        skipped = skips.get(job.id, ())
        # It may have waited for two things, one after the other.
        so_far = jobs.progress(index, job.id) or job
        item = let_pass(index, so_far, Condition(what, until), skipped, now_ms)
        declined += [item] if item else []
    return declined


def let_pass(
    index: Connection,
    job: Progress,
    condition: Condition,
    skipped: Collection[int],
    now_ms: int,
) -> Declined | None:
    """Decline what fell due undecided under a condition, and go on from its end."""
    judged = passed(job, condition, skipped)
    if judged is None:
        return None
    declined = None
    for item in judged.verdict.declined:
        declined = Declined(job.id, *item)
        decline(index, judged.timetable, declined, now_ms)
    jobs.set_progress(index, job.id, judged.cursor, judged.next_at)
    return declined


def passed(
    job: Progress, condition: Condition, skipped: Collection[int]
) -> Judged | None:
    """What fell due undecided under a condition; None: nothing changes. Pure."""
    reason, until = condition
    if until <= job.cursor:
        return None
    fires = undecided(job, [it for it in skipped if it <= until])
    stretch = stretch_of(fires.left, fires.after, until)
    schedule = decode_schedule(job.schedule)
    if stretch is None and isinstance(schedule, Legacy):
        return None  # its interval goes on
    verdict = Verdict([], [(stretch, reason)] if stretch else [])
    next_at = next_after(schedule, until, skipped)
    return Judged(verdict, fires.timetable, until, next_at)


def undecided(job: DueJob | Progress, skipped: Collection[int]) -> Undecided:
    schedule = decode_schedule(job.schedule)
    if isinstance(schedule, Legacy):
        instant = legacy_instant(schedule, job.last_started, job.cursor, skipped)
        instant = instant or job.next_at
        only = timetable(Manual() if instant is None else Once(instant))
        return Undecided(only, only, 0)
    t = timetable(schedule)
    return Undecided(t, without(t, skipped), job.cursor)


def next_of(job: Progress, skipped: Collection[int]) -> int | None:
    """The first fire of a job that is neither decided nor skipped."""
    fires = undecided(job, skipped)
    return fires.left.next(fires.after)


def next_after(
    schedule: Schedule, now: int, skipped: Collection[int] = ()
) -> int | None:
    """The next instant of a job all of whose fires up to now are decided."""
    if isinstance(schedule, Legacy):
        return legacy_due(schedule, max([now, *skipped]))
    return without(timetable(schedule), skipped).next(now)


def legacy_instant(
    schedule: Legacy,
    last_started: int | None,
    cursor: int,
    skipped: Collection[int] = (),
) -> int | None:
    """The one fire that a legacy job has: when its interval has passed.

    Skipping one counts as a start at its instant. None for a job that never started
    and was never decided: it is due at once.
    """
    basis = max([last_started or 0, cursor, *skipped])
    return legacy_due(schedule, basis) if basis else None


def decode_schedule(body: bytes) -> Schedule:
    return _schedules.decode(body)


def rewind(index: Connection, moment: Moment) -> None:
    """After the clock was set back: decide from now on again.

    What had run stays taken, so nothing runs twice; what was declined beyond now is
    taken back, so nothing is silenced.
    """
    jobs.forget_later_starts(index, moment.now)
    skips = occurrences.skipped(index, moment.now)
    for job in jobs.decided_ahead(index, moment.now):
        schedule = decode_schedule(job.schedule)
        take_back(index, spent_timetable(schedule, moment.now), job.id, moment.now)
        next_at = next_after(schedule, moment.now, skips.get(job.id, ()))
        jobs.set_progress(index, job.id, moment.now, next_at)


def spent_timetable(schedule: Schedule, now: int) -> Timetable:
    """A timetable by which to judge the past; a legacy job has but its last instant."""
    return timetable(Once(now) if isinstance(schedule, Legacy) else schedule)


def _decided(
    index: Connection,
    job: tuple[DueJob, Definition | None],
    judged: Judged,
    at: tuple[Moment, Grants],
) -> tuple[list[str], list[Declined]]:
    """The runs that were queued, and what was decided against."""
    (row, body), (moment, grants) = job, at
    wanted, against = judged.verdict
    declined = [Declined(row.id, *item) for item in against]
    if body is None or not wanted:
        return [], declined
    role = admitted(index, row, body, grants, moment.now_ms)
    if isinstance(role, Obstacle):
        stretch = Stretch(wanted[0], wanted[-1], len(wanted))
        return [], [*declined, Declined(row.id, stretch, *role)]
    run_ids: list[str] = []
    for instant in wanted:
        run_id = runs.fresh_id(index, moment.now_ms)
        run = _run(run_id, (row, body), role, (instant, moment))
        if occurrences.take(index, row.id, instant, run.run_id, moment.now_ms):
            runs.enqueue(index, run)
            run_ids.append(run.run_id)
    return run_ids, declined


def _run(
    run_id: str,
    job: tuple[DueJob, Definition],
    role: Role,
    at: tuple[int, Moment],
) -> runs.NewRun:
    """The run for one occurrence, `at` (its instant, when it is queued)."""
    (row, body), (instant, moment) = job, at
    return runs.NewRun(
        run_id=run_id,
        job_id=row.id,
        kind=body.job.kind,
        trigger=moment.trigger(instant),
        role=role.name,
        actor=SCHEDULER.name,
        pool=body.job.pool,
        alone=body.job.overlap is not Overlap.ALLOW,
        definition=row.definition or "",
        queued_ms=moment.now_ms,
        queued_boot=moment.boot,
        scheduled_for=instant,
    )
