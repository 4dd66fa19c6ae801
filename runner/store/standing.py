"""Conditions put on jobs beside the configuration: disabled, paused, held."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from runner.model.occurrence import Reason
from runner.store.db import Connection, Row, queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = (Reason.DISABLED, Reason.PAUSED, Reason.HELD)
"""What can be put on a job by people, the last one by its own runs; strongest first."""


class StandingRow(NamedTuple):
    """A condition of a job. `until` is an instant; None: until it is taken back."""

    job_id: str
    what: Reason
    since_ms: int
    until: int | None
    actor: str
    reason: str

    def holds(self, now: int) -> bool:
        """A condition that has passed is kept, as the clock may be set back."""
        return self.until is None or self.until > now


def put(connection: Connection, row: StandingRow) -> None:
    connection.execute(queries("standing")["put"], row._asdict())


def remove(connection: Connection, job_id: str, what: Reason) -> None:
    connection.execute(queries("standing")["remove"], {"job_id": job_id, "what": what})


def replace_all(connection: Connection, rows: Iterable[StandingRow]) -> None:
    connection.execute("DELETE FROM standing")
    for row in rows:
        put(connection, row)


def of_job(connection: Connection, job_id: str) -> dict[Reason, StandingRow]:
    """The conditions of a job by their kind."""
    return by_job(connection, job_id).get(job_id, {})


def reasons(connection: Connection, now: int) -> dict[str, Reason]:
    """Why jobs do not run that people hold back at that instant."""
    return {
        job_id: reason
        for job_id, rows in by_job(connection).items()
        if (reason := reason_of(rows, now))
    }


def reason_of(rows: Mapping[Reason, StandingRow], now: int) -> Reason | None:
    """The strongest of a job's conditions that holds at that instant."""
    return next(
        (what for what in KINDS if what in rows and rows[what].holds(now)), None
    )


def waiting(rows: Mapping[Reason, StandingRow], now: int) -> StandingRow | None:
    """What a job waits for longest that is not disabled: that a pause ends, or a hold."""
    kinds = (Reason.PAUSED, Reason.HELD)
    holding = [rows[it] for it in kinds if it in rows and rows[it].holds(now)]
    return max(holding, key=lambda row: row.until or math.inf, default=None)


def by_job(
    connection: Connection, job_id: str | None = None
) -> dict[str, dict[Reason, StandingRow]]:
    """The conditions of all jobs, or of one, by job and kind."""
    found: dict[str, dict[Reason, StandingRow]] = {}
    rows = connection.execute(queries("standing")["listed"], {"job_id": job_id})
    for row in map(_row, rows):
        found.setdefault(row.job_id, {})[row.what] = row
    return found


def _row(row: Row) -> StandingRow:
    values = {name: row[name] for name in StandingRow._fields}
    return StandingRow(**{**values, "what": Reason(row["what"])})
