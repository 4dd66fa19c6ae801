"""What stands above the list of jobs: counts, the cost of the day, the last tick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.model.run import RunStatus
from runner.store.db import queries

if TYPE_CHECKING:
    from runner.store.db import Connection


def active(connection: Connection) -> dict[RunStatus, int]:
    """How many runs wait or run, by status; none is left out."""
    rows = connection.execute(queries("totals")["active"])
    return {RunStatus(status): count for status, count in rows}


def cost_since(connection: Connection, since_ms: int) -> float | None:
    """In USD, of runs that ended since then or go on; None where none told its cost."""
    statement = queries("totals")["cost_since"]
    cost: float | None = connection.execute(statement, (since_ms,)).fetchone()[0]
    return cost
