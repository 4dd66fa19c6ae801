"""What agents used: noted while they run, summed over days, jobs and roles.

A run counts for the day on which it ended; one that goes on, for the present one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.model.budget import Used
from runner.model.spending import Share
from runner.store.db import queries

if TYPE_CHECKING:
    from runner.store.db import Connection


class Bill(NamedTuple):
    """What a run has used so far. `cost_estimated`: by the project's prices."""

    cost_usd: float | None = None
    cost_estimated: bool = False
    tokens: int | None = None
    turns: int | None = None
    tools: int | None = None


class Period(NamedTuple):
    """From an instant until now, in epoch milliseconds."""

    since_ms: int
    now_ms: int


def used(
    connection: Connection,
    period: Period,
    *,
    job_id: str | None = None,
    role: str | None = None,
    but: str = "",
) -> Used:
    """By all agents, or those of a job or a role; the run `but` is left out."""
    parameters = {**period._asdict(), "job_id": job_id, "role": role, "but": but}
    row = connection.execute(queries("spending")["used"], parameters).fetchone()
    return Used(*row)


def by_job(connection: Connection, since_ms: int) -> tuple[Share, ...]:
    """What each job's agents used, the dearest first."""
    return _shares(connection, "by_job", since_ms)


def by_role(connection: Connection, since_ms: int) -> tuple[Share, ...]:
    return _shares(connection, "by_role", since_ms)


def note(connection: Connection, run_id: str, bill: Bill) -> None:
    """Keep what a run that goes on has used so far."""
    parameters = {**bill._asdict(), "run_id": run_id}
    connection.execute(queries("spending")["told"], parameters)


def _shares(connection: Connection, query: str, since_ms: int) -> tuple[Share, ...]:
    rows = connection.execute(queries("spending")[query], {"since_ms": since_ms})
    return tuple(
        Share(
            name=row["name"],
            runs=row["runs"],
            cost_usd=row["cost_usd"],
            estimated=bool(row["estimated"]),
            tokens=int(row["tokens"]),
        )
        for row in rows
    )
