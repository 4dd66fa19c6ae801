"""When somebody looked, by all three clocks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from runner.store import meta
from runner.store.db import queries

if TYPE_CHECKING:
    from collections.abc import Collection

    from runner.store.db import Connection, Row

GRACE_SECONDS = 30
"""Drivers call a little late; until then a timer stands in."""

_KEPT = 10_000
_COLUMNS = 6
"""Of a tick, in its queries."""


class Look(NamedTuple):
    """The clocks of one tick, in milliseconds, and the boot that they belong to."""

    wall_ms: int
    awake_ms: int
    continuous_ms: int
    boot: str

    def step_since(self, before: Look) -> int:
        """By how many milliseconds the wall clock was set since then.

        Positive: forward. Across a boot it cannot be told and is 0, unless it went
        back.
        """
        gone = self.wall_ms - before.wall_ms
        if self.boot == before.boot:
            return gone - (self.continuous_ms - before.continuous_ms)
        return min(gone, 0)


class Tick(NamedTuple):
    """A tick: its clocks, who called it, and how many seconds later the next one was to come."""

    look: Look
    driver: str
    period: int

    @property
    def wall_ms(self) -> int:
        return self.look.wall_ms


class Pair(NamedTuple):
    """Ticks that follow each other; `after` None: `before` is the last one."""

    before: Tick
    after: Tick | None


class First(NamedTuple):
    """The earliest tick that is kept; whether it is the first that ever was."""

    wall_ms: int
    is_the_first: bool


class Window(NamedTuple):
    """The time from `since_ms` to `until_ms` by the wall clock."""

    since_ms: int
    until_ms: int


class Ordinary(NamedTuple):
    """How much later than agreed a tick may come, and how long a sleep is no matter."""

    grace_ms: int
    asleep_ms: int


def last(connection: Connection) -> Look | None:
    found = latest(connection, 1)
    return found[0].look if found else None


def latest(connection: Connection, limit: int) -> list[Tick]:
    """The last ticks, newest first."""
    rows = connection.execute(
        "SELECT wall_ms, awake_ms, continuous_ms, boot, driver, period FROM ticks"
        " ORDER BY seq DESC LIMIT ?",
        (limit,),
    )
    return [_tick(row) for row in rows]


def latest_by(connection: Connection, drivers: Collection[str]) -> Tick | None:
    """The last tick by any of these."""
    parameters = {"drivers": json.dumps(sorted(drivers))}
    row = connection.execute(queries("ticks")["latest_by"], parameters).fetchone()
    return None if row is None else _tick(row)


def around(
    connection: Connection, at_ms: int, decided_ms: int, now_ms: int
) -> Pair | None:
    """The ticks before and after a time, which was decided at the second or before it."""
    parameters = {"at_ms": at_ms, "decided_ms": decided_ms, "now_ms": now_ms}
    row = connection.execute(queries("ticks")["around"], parameters).fetchone()
    return None if row is None else _pair(row)


def apart(connection: Connection, window: Window, ordinary: Ordinary) -> list[Pair]:
    """Ticks between which there was more than the ordinary, or a boot; newest first."""
    parameters = {**window._asdict(), **ordinary._asdict()}
    rows = connection.execute(queries("ticks")["apart"], parameters)
    return [_pair(row) for row in rows]


def first(connection: Connection) -> First | None:
    row = connection.execute(queries("ticks")["first"]).fetchone()
    return None if row is None else First(row["wall_ms"], row["seq"] == 1)


def record(
    connection: Connection, look: Look, driver: str = "", period: int | None = None
) -> None:
    """Keep a tick and who called it. `period` None: as it was said last."""
    connection.execute(
        "INSERT INTO ticks (wall_ms, awake_ms, continuous_ms, boot, driver, period)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (*look, driver, period or meta.period(connection)),
    )
    connection.execute(
        "DELETE FROM ticks WHERE seq <= (SELECT max(seq) FROM ticks) - ?", (_KEPT,)
    )


def _pair(row: Row) -> Pair:
    alone = row[_COLUMNS] is None
    return Pair(_tick(row), None if alone else _tick(row, _COLUMNS))


def _tick(row: Row, first: int = 0) -> Tick:
    driver, period = row[first + 4], row[first + 5]
    return Tick(Look(*row[first : first + 4]), driver, period)
