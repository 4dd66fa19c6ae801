"""Minutes, hours, days, months and weekdays → `when`."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.imports.proposal import When
from runner.model.schedule import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

Values = frozenset[int] | None
"""None is any value."""

_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MOST_TIMES = 6
_MOST_POINTS = 20_000


class Grid(NamedTuple):
    """Whenever all fields agree; weekdays count from Sunday, which is 0.

    Where both days and weekdays are named, one of the two is enough, as in cron.
    """

    minutes: Values = None
    hours: Values = None
    days: Values = None
    months: Values = None
    weekdays: Values = None


def when_of(grid: Grid, zone: str) -> When:
    """Times of day where that says it, else a cron expression."""
    grid = _plain(grid)
    times = _times(grid)
    if times:
        at = times[0] if len(times) == 1 else times
        return When(at=at, weekdays=_weekdays(grid.weekdays), timezone=zone)
    texts = (
        _text(values, *bounds) for values, bounds in zip(grid, _BOUNDS, strict=True)
    )
    return When(cron=" ".join(texts), timezone=zone)


def joined(grids: Sequence[Grid]) -> Grid | None:
    """One grid for all of them; None where none says exactly the same."""
    plain = [_plain(grid) for grid in grids]
    fields: list[Values] = []
    for column in zip(*plain, strict=True):
        given = [values for values in column if values is not None]
        if given and len(given) < len(column):
            return None
        fields.append(frozenset().union(*given) if given else None)
    whole = Grid(*fields)
    if _size(whole) > _MOST_POINTS or sum(map(_size, plain)) > _MOST_POINTS:
        return None
    points = {point for grid in plain for point in product(*map(_listed, grid))}
    return whole if len(points) == _size(whole) else None


def _plain(grid: Grid) -> Grid:
    """The same with None for fields that name every value."""
    plain = Grid(
        *(
            None if values is not None and len(values) == high - low + 1 else values
            for values, (low, high) in zip(grid, _BOUNDS, strict=True)
        )
    )
    if None in {grid.days, grid.weekdays} or None not in {plain.days, plain.weekdays}:
        return plain
    return plain._replace(days=None, weekdays=None)  # one of the two is every day


def _listed(values: Values) -> list[int]:
    return [-1] if values is None else sorted(values)


def _size(grid: Grid) -> int:
    return prod(len(_listed(values)) for values in grid)


def _times(grid: Grid) -> tuple[str, ...]:
    """The times of day, where there are few and no date matters."""
    if grid.minutes is None or grid.hours is None or grid.days or grid.months:
        return ()
    if len(grid.minutes) * len(grid.hours) > _MOST_TIMES:
        return ()
    hours, minutes = sorted(grid.hours), sorted(grid.minutes)
    return tuple(f"{hour:02}:{minute:02}" for hour in hours for minute in minutes)


def _weekdays(values: Values) -> tuple[str, ...]:
    if values is None:
        return ()
    return tuple(WEEKDAYS[day] for day in sorted((day - 1) % 7 for day in values))


def _text(values: Values, low: int, high: int) -> str:
    """A field of a cron expression."""
    if values is None:
        return "*"
    found = sorted(values)
    first, last = found[0], found[-1]
    step = found[1] - first if len(found) > 1 else 0
    if len(found) > 2 and found == list(range(first, last + 1, step)):
        # A star among the days would ask for both day and weekday.
        if first == low and last + step > high and high in {59, 23}:
            return f"*/{step}"
        return f"{first}-{last}" if step == 1 else f"{first}-{last}/{step}"
    return ",".join(map(str, found))
