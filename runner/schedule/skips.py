"""A timetable with some of its fires left out."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.schedule import Timetable


class Without:
    """As if the timetable never fired at those instants."""

    def __init__(self, timetable: Timetable, instants: Iterable[int]) -> None:
        self._all = timetable
        self._out = sorted({it for it in instants if timetable.latest(it) == it})

    def next(self, after: int) -> int | None:
        fire = self._all.next(after)
        while fire is not None and fire in self._out:
            fire = self._all.next(fire)
        return fire

    def latest(self, until: int) -> int | None:
        fire = self._all.latest(until)
        while fire is not None and fire in self._out:
            fire = self._all.latest(fire - 1)
        return fire

    def count(self, after: int, until: int) -> int:
        out = bisect_right(self._out, until) - bisect_right(self._out, after)
        return self._all.count(after, until) - max(out, 0)
