"""The agenda: what falls due in a window of time, and what became of what fell due.

Instants are epoch seconds, windows [start, end).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from runner.model.occurrence import Reason
from runner.model.run import RunStatus, Trigger


class Effect(StrEnum):
    """What a change of the clock does to a time of day that a schedule names."""

    MOVED = "moved"  # the clock leaves it out: it fires when the clock goes on
    LOST = "lost"  # the clock leaves it out, and it does not fire
    ONCE = "once"  # the clock shows it twice, and it fires the first time only
    TWICE = "twice"  # the clock shows it twice, and it fires both times


class Coming(msgspec.Struct, frozen=True, gc=False):
    """Fires of one job that are not decided: one, or so many that they are counted.

    `offset` is how many seconds the zone is ahead of UTC at `first`. With an
    `obstacle` none of them will run. `note` says what a change of the clock does.
    """

    first: int
    last: int
    count: int
    job_id: str
    zone: str
    offset: int
    schedule: str
    obstacle: Reason | None = None
    note: str = ""


class Past(msgspec.Struct, frozen=True):
    """Decided occurrences of one job, or runs that somebody asked for.

    Either `status` and `trigger` of the run (`run_id` is the last one of several), or
    the `reason` why there was none.
    """

    first: int
    last: int
    count: int
    job_id: str
    zone: str
    offset: int
    reason: Reason | None
    status: RunStatus | None
    trigger: Trigger | None
    run_id: str | None


class Collision(msgspec.Struct, frozen=True):
    """More jobs of a pool fall due at one instant than it runs at once.

    So it is at `count` instants from `first` to `last`. `jobs` names a few of them.
    """

    pool: str
    width: int
    first: int
    last: int
    count: int
    due: int
    jobs: tuple[str, ...]


class Overrun(msgspec.Struct, frozen=True):
    """A job usually takes longer (`expected_ms`) than the `gap` (seconds) after `at`."""

    job_id: str
    at: int
    gap: int
    expected_ms: int


class ClockNote(msgspec.Struct, frozen=True):
    """What a change of a zone's clock at `instant` does to the jobs of one schedule.

    The clock goes from `before` to `after` seconds ahead of UTC. `wall` is the first
    of `count` local times concerned, as `02:30`.
    """

    zone: str
    instant: int
    before: int
    after: int
    effect: Effect
    schedule: str
    wall: str
    count: int
    jobs: tuple[str, ...]


class Agenda(msgspec.Struct, frozen=True):
    """Everything in order of time. `now` is when it was asked for."""

    start: int
    end: int
    now: int
    zone: str
    coming: tuple[Coming, ...]
    past: tuple[Past, ...]
    collisions: tuple[Collision, ...]
    overruns: tuple[Overrun, ...]
    clock_notes: tuple[ClockNote, ...]
