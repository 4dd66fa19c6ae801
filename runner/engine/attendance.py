"""Who looks after a project, how regularly, and when nobody did."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from runner.engine.absence import ORDINARY, Between
from runner.engine.clocks import look_here
from runner.model.system import Attendance
from runner.process.driver import REGULAR
from runner.process.locks import described
from runner.store import meta, ticks
from runner.store.db import transaction
from runner.store.ticks import GRACE_SECONDS, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.engine.project import Project
    from runner.model.system import Gap, LockHolder
    from runner.process.driver import Driver
    from runner.store.db import Connection
    from runner.store.ticks import Look, Pair, Tick

DAYS_TOLD = 7
GAPS_TOLD = 20
TICKS_TOLD = 20
_LOOKED_AT = 5 * TICKS_TOLD
"""Ticks among which those of drivers are sought."""

_DAY_MS = 86_400_000


def attendance(project: Project) -> Attendance:
    index, here = project.index, look_here(project)
    found = ticks.latest(index, _LOOKED_AT)
    last = found[0] if found else None
    # Who ticks by hand has agreed to nothing, and does not stand in for who has.
    regular = ticks.latest_by(index, REGULAR)
    if regular and regular.wall_ms < int(meta.get(index, meta.RELEASED) or 0):
        regular = None
    return Attendance(
        period=meta.period(index),
        driver=last.driver if last else "",
        last_ms=last and last.wall_ms,
        next_ms=regular and regular.wall_ms + regular.period * 1000,
        overdue_ms=_overdue_ms(regular, here) if regular else 0,
        late_ms=tuple(itertools.islice(_late_ms(found), TICKS_TOLD)),
        resident=_resident(project),
        gaps=tuple(itertools.islice(_gaps(index, here), GAPS_TOLD)),
    )


def last_tick_by(project: Project, driver: Driver) -> int | None:
    """When (epoch milliseconds) this driver called last."""
    tick = ticks.latest_by(project.index, [driver])
    return tick and tick.wall_ms


def agree_anew(project: Project) -> None:
    """Whoever called before has nothing to do with who is to call from now on."""
    with transaction(project.index):
        now_ms = project.clock.wall_ms()
        meta.put(project.index, {meta.RELEASED: str(now_ms)})


def release(project: Project) -> None:
    """Nobody calls the tick from now on: nobody is late, and no timer waits for him."""
    agree_anew(project)
    with transaction(project.index):
        meta.put(project.index, {meta.HORIZON: str(project.now())})


def late_after(tick: Tick) -> int:
    """From when on (epoch seconds) the next tick is late, unless the machine slept."""
    return tick.wall_ms // 1000 + tick.period + GRACE_SECONDS


def _overdue_ms(last: Tick, here: Look) -> int:
    """For how long the next tick has been due, in time that the machine was awake."""
    since = Between(last.look, here, last.period)
    return max(since.awake_ms - since.agreed_ms, 0)


def _late_ms(found: list[Tick]) -> Iterator[int]:
    """By how much each tick of a driver came late, newest first, sleep apart."""
    regular = (tick for tick in found if tick.driver in REGULAR)
    for tick, before in itertools.pairwise(regular):
        apart = Between(before.look, tick.look, before.period)
        if not apart.restarted:
            yield max(apart.awake_ms - before.period * 1000, 0)


def _resident(project: Project) -> LockHolder | None:
    holder = described(project.state.resident_lock)
    return holder if holder and holder.alive else None


def _gaps(index: Connection, here: Look) -> Iterator[Gap]:
    week = Window(here.wall_ms - DAYS_TOLD * _DAY_MS, here.wall_ms)
    for pair in ticks.apart(index, week, ORDINARY):
        between = between_ticks(pair, here)
        gap = between.gap()
        if gap is not None and between.is_long:
            yield gap


def between_ticks(pair: Pair, here: Look) -> Between:
    """What lies between two ticks; between the last one and now."""
    before, after = pair
    return Between(before.look, after.look if after else here, before.period)
