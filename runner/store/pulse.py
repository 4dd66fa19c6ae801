"""The few questions that every tick asks, apart so that it loads nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.store.db import queries

if TYPE_CHECKING:
    from runner.store.db import Connection


def any_due(connection: Connection, now: int) -> bool:
    """Whether the next instant of some job has come."""
    return bool(connection.execute(queries("pulse")["any_due"], (now,)).fetchone()[0])


def next_due(connection: Connection) -> int | None:
    """The earliest instant at which something can start, in epoch seconds."""
    row = connection.execute(queries("pulse")["next_due"]).fetchone()
    return None if row[0] is None else int(row[0])


def any_queued(connection: Connection) -> bool:
    return bool(connection.execute(queries("pulse")["any_queued"]).fetchone()[0])


def any_unfinished(connection: Connection) -> bool:
    return bool(connection.execute(queries("pulse")["any_unfinished"]).fetchone()[0])
