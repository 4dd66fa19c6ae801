"""When → instants: every schedule becomes a timetable of UTC epoch seconds.

Nothing here reads a clock. The cron parser and zone data are imported with the first
schedule that needs them, so that a tick with nothing to do never pays for them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, assert_never

from runner.model.schedule import At, Cron, Every, Legacy, Manual, Once
from runner.schedule.elapsed import Instants, Intervals
from runner.schedule.skips import Without
from runner.schedule.words import describe, sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = [
    "Timetable",
    "describe",
    "fires",
    "forget_zone_data",
    "legacy_due",
    "sentence",
    "timetable",
    "without",
]

TIMETABLES_KEPT = 16_384


class Timetable(Protocol):
    """The instants at which a schedule fires, in both directions."""

    def next(self, after: int) -> int | None:
        """The smallest fire > `after`."""

    def latest(self, until: int) -> int | None:
        """The largest fire ≤ `until`."""

    def count(self, after: int, until: int) -> int:
        """How many fires lie in (`after`, `until`]."""


def timetable(schedule: Manual | Cron | Every | At | Once) -> Timetable:
    """Equal schedules share one timetable.

    Raises `TriggerInvalidError` whose `field` names the part that is wrong.
    """
    return _timetable(schedule)


def fires(t: Timetable, after: int, until: int | None = None) -> Iterator[int]:
    """Every fire in (`after`, `until`], in order; endless without `until`."""
    fire = t.next(after)
    while fire is not None and (until is None or fire <= until):
        yield fire
        fire = t.next(fire)


def without(t: Timetable, instants: Collection[int]) -> Timetable:
    """The same timetable as if it never fired at those instants."""
    return Without(t, instants) if instants else t


def legacy_due(legacy: Legacy, last_started: int) -> int:
    """The first instant at which a job that last started at `last_started` is due.

    Raises `TriggerInvalidError` whose `field` names the part that is wrong.
    """
    from runner.schedule.legacy import due

    return due(legacy, last_started)


def forget_zone_data() -> None:
    """For a resident process whose zone data changed: read it anew from now on."""
    from runner.schedule.zones import forget

    forget()
    _timetable.cache_clear()


@lru_cache(maxsize=TIMETABLES_KEPT)
def _timetable(schedule: Manual | Cron | Every | At | Once) -> Timetable:
    match schedule:
        case Manual():
            return Instants()
        case Every():
            return Intervals(schedule)
        case Once():
            return Instants(schedule.instant)
        case Cron():
            from runner.schedule.cron import cron_timetable

            return cron_timetable(schedule)
        case At():
            from runner.schedule.at import at_timetable

            return at_timetable(schedule)
        case _:
            assert_never(schedule)
