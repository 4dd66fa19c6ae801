"""Timetables that know no calendar: fixed intervals of real time, single instants."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from runner.model.errors import TriggerInvalidError

if TYPE_CHECKING:
    from runner.model.schedule import Every


class Instants:
    """Instants named one by one; a job that only runs when asked has none."""

    def __init__(self, *instants: int) -> None:
        self._instants = sorted(instants)

    def next(self, after: int) -> int | None:
        position = bisect_right(self._instants, after)
        return self._instants[position] if position < len(self._instants) else None

    def latest(self, until: int) -> int | None:
        position = bisect_right(self._instants, until)
        return self._instants[position - 1] if position else None

    def count(self, after: int, until: int) -> int:
        found = bisect_right(self._instants, until) - bisect_right(
            self._instants, after
        )
        return max(0, found)


class Intervals:
    """Every `interval` seconds, anchored at the UTC epoch plus `offset`."""

    def __init__(self, every: Every) -> None:
        if every.interval < 1:
            message = f"the interval is {every.interval} s; at least 1 s is needed"
            raise TriggerInvalidError(message, field="every")
        if not 0 <= every.offset < every.interval:
            message = f"the offset of {every.offset} s does not lie within the interval of {every.interval} s"
            raise TriggerInvalidError(message, field="offset")
        self._interval = every.interval
        self._offset = every.offset

    def next(self, after: int) -> int:
        return self.latest(after) + self._interval

    def latest(self, until: int) -> int:
        return until - (until - self._offset) % self._interval

    def count(self, after: int, until: int) -> int:
        return max(0, (self.latest(until) - self.latest(after)) // self._interval)
