"""When somebody last looked, by all three clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from runner.store.db import Connection

_KEPT = 10_000


class Tick(NamedTuple):
    """A tick that was: when (epoch milliseconds), and who called it."""

    wall_ms: int
    driver: str


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


def last(connection: Connection) -> Look | None:
    row = connection.execute(
        "SELECT wall_ms, awake_ms, continuous_ms, boot FROM ticks"
        " ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return None if row is None else Look(*row)


def latest(connection: Connection, limit: int) -> list[Tick]:
    """The last ticks, newest first."""
    statement = "SELECT wall_ms, driver FROM ticks ORDER BY seq DESC LIMIT ?"
    return [Tick(*row) for row in connection.execute(statement, (limit,))]


def record(connection: Connection, look: Look, driver: str = "") -> None:
    """Keep a tick and who called it."""
    connection.execute(
        "INSERT INTO ticks (wall_ms, awake_ms, continuous_ms, boot, driver)"
        " VALUES (?, ?, ?, ?, ?)",
        (*look, driver),
    )
    connection.execute(
        "DELETE FROM ticks WHERE seq <= (SELECT max(seq) FROM ticks) - ?", (_KEPT,)
    )
