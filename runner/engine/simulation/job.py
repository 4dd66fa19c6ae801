"""A copy of what the index knows of a job, to be lived through on a fake clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.decide import policy_of
from runner.engine.enqueue import Condition, decode_schedule, next_after
from runner.engine.outlook import FREE
from runner.engine.simulation.runs import Busy
from runner.model.job import Overlap
from runner.model.occurrence import Reason
from runner.model.run import usual_ms
from runner.model.schedule import Legacy
from runner.schedule import legacy_due, timetable
from runner.store.jobs import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.clock_notes import Clock
    from runner.engine.decide import Policy
    from runner.engine.enqueue import Judged, Moment
    from runner.engine.outlook import Outlook
    from runner.model.definition import Definition
    from runner.store.account import Scheduled
    from runner.store.standing import StandingRow


class Refusal(NamedTuple):
    """Why a job may not start before an instant; None: never."""

    reason: Reason
    until: int | None


class Copied(NamedTuple):
    """What was read of one job. `body` None: it is invalid.

    `skipped` are instants that a person skipped, `taken` those that had a run before
    the clock was set back. `refusal`: its role or its budget forbids it to start.
    """

    row: Scheduled
    body: Definition | None
    outlook: Outlook
    standing: Mapping[Reason, StandingRow]
    skipped: tuple[int, ...]
    taken: frozenset[int]
    refusal: Refusal | None


class SimulatedJob:
    """One job and how far it has come. `position` is its place in the file."""

    def __init__(self, copied: Copied, position: int, clock: Clock, zone: str) -> None:
        row = copied.row
        takes_ms = usual_ms(row.outcomes, row.durations)
        self.id = row.id
        self.position = position
        self.pool = row.pool
        self.zone = zone
        self.clock = clock
        self.overlap = copied.body.job.overlap if copied.body else Overlap.SKIP
        self.takes_time = takes_ms is not None
        self.busy = Busy(takes_ms or 0)
        self.schedule = decode_schedule(row.schedule)
        # Only older schedules ask when a job was last started, and none which one it
        # is: many jobs have the same progress.
        self._starts = isinstance(self.schedule, Legacy)
        self._progress = Progress(
            id="",
            schedule=row.schedule,
            cursor=row.cursor,
            next_at=row.next_at,
            first_seen_ms=0,
            last_started=row.last_started if self._starts else None,
            removed=False,
        )
        self.skipped = copied.skipped
        self.taken = copied.taken
        self.pauses = _pauses(copied.standing)
        self._copied = copied
        self._policies: dict[Reason | None, Policy] = {}

    @property
    def progress(self) -> Progress:
        if self._starts and self.busy.started_ms:
            started = self.busy.started_ms // 1000
            return self._progress._replace(last_started=started)
        return self._progress

    @property
    def goes_on_until(self) -> int | None:
        """When the run of it that goes on is expected to end (milliseconds)."""
        return self.busy.until_ms if self.busy.running else None

    @property
    def held_until(self) -> int | None:
        """Before when no run starts that its schedule brought."""
        held = self._copied.standing.get(Reason.HELD)
        return held.until if held else None

    def fires_at(self, instant: int) -> bool:
        """Whether the schedule names it; an older one's may be anywhere."""
        if isinstance(self.schedule, Legacy):
            return True
        return timetable(self.schedule).latest(instant) == instant

    def rest(self, start: int) -> None:
        """Have everything before an instant decided, and done in time."""
        next_at: int | None
        if isinstance(self.schedule, Legacy):
            cursor, next_at = self._rest_legacy(self.schedule, start)
        else:
            cursor = start - 1
            next_at = next_after(self.schedule, cursor, self.skipped)
        self._progress = self._progress._replace(
            cursor=cursor, next_at=next_at, last_started=None
        )

    def decided(self, judged: Judged) -> None:
        self._progress = self._progress._replace(
            cursor=judged.cursor, next_at=judged.next_at
        )

    def policy(self, moment: Moment) -> Policy:
        outlook = self._copied.outlook
        standing = None if outlook is FREE else outlook.obstacle(moment.now)
        policy = self._policies.get(standing)
        if policy is None:
            policy = policy_of(self._copied.body, standing, moment.punctual)
            self._policies[standing] = policy
        return policy

    def obstacle(self, now: int) -> Reason | None:
        """Why an occurrence that is wanted makes no run after all."""
        if self.overlap is Overlap.SKIP and self.busy.active:
            return Reason.OVERLAP
        refusal = self._copied.refusal
        if refusal is None or (refusal.until is not None and refusal.until <= now):
            return None
        return refusal.reason

    def _rest_legacy(self, schedule: Legacy, start: int) -> tuple[int, int]:
        """The last instant before it at which the job fell due, and the next.

        One that never ran, and was never decided, is due at once.
        """
        known = (self._progress.last_started or 0, self._progress.cursor)
        skipped = (instant for instant in self.skipped if instant < start)
        basis = max([*(min(it, start - 1) for it in known), *skipped])
        due = legacy_due(schedule, basis) if basis else start
        while due < start:
            basis, due = due, legacy_due(schedule, due)
        return basis, due


def _pauses(standing: Mapping[Reason, StandingRow]) -> list[Condition]:
    """The conditions that end by themselves, the one that ends first first."""
    found = [
        Condition(what, row.until)
        for what, row in standing.items()
        if what in {Reason.PAUSED, Reason.HELD} and row.until is not None
    ]
    return sorted(found, key=lambda it: it.until)
