"""What would happen in a window of time: what is asked, and each thing that happens."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

from runner.model.occurrence import Reason
from runner.model.run import Trigger


class Scenario(NamedTuple):
    """The window `start` ≤ t < `end` in epoch seconds, and what to suppose of it.

    `at_rest`: as it opens nothing is overdue, waits or runs; otherwise all is as it is
    now. In `downs`, [from, to), the machine is off or asleep. With `jobs` only what
    happens to them is told.
    """

    start: int
    end: int
    at_rest: bool = True
    downs: tuple[tuple[int, int], ...] = ()
    jobs: tuple[str, ...] = ()


class What(StrEnum):
    """What can happen to an occurrence."""

    RUNS = "runs"
    WAITS = "waits"  # for a place in its pool, or until the run before it has ended
    DECLINED = "declined"
    LEFT_OUT = "left_out"  # the clock never shows its time of day


class Simulated(msgspec.Struct, frozen=True, gc=False):
    """What happens at `at_ms` to occurrences of a job: one, or several that share it.

    They are `first` to `last` (epoch seconds), `count` of them. Of a run `trigger` says
    why it is, `waited_ms` how long it waited, and `ends_ms` when it is expected to end;
    None: nothing is known of how long it takes, which counts as no time at all.
    `overlaps_ms` is when the run of the job is expected to end that still goes on.
    `note` tells what a change of the clock does.
    """

    at_ms: int
    job_id: str
    what: What
    first: int
    last: int
    count: int
    zone: str
    reason: Reason | None = None
    trigger: Trigger | None = None
    waited_ms: int = 0
    ends_ms: int | None = None
    overlaps_ms: int | None = None
    note: str = ""
