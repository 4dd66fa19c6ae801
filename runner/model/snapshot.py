"""What a console shows of a project at one moment."""

from __future__ import annotations

import msgspec

from runner.model.views import JobView


class TickView(msgspec.Struct, frozen=True):
    """The last tick: when, who called it, and until when the next one is waited for.

    `late_after` is epoch seconds.
    """

    at_ms: int
    driver: str
    late_after: int


class Totals(msgspec.Struct, frozen=True):
    """Counts of runs (running, waiting) and of jobs (failed, held).

    A job counts as failed if its last run ended badly; as held if nothing of it
    starts because somebody or something stands in the way. `cost_today` is in USD,
    None where no run of the day told its cost.
    """

    running: int = 0
    waiting: int = 0
    failed: int = 0
    held: int = 0
    cost_today: float | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All jobs in the file's order, and what stands above them.

    A job that did not change since the snapshot before is the same object.
    `zone` is the project's; `broken` says why the configuration on disk is not the one
    in force.
    """

    jobs: tuple[JobView, ...]
    totals: Totals
    tick: TickView | None
    zone: str
    broken: tuple[str, ...] = ()
