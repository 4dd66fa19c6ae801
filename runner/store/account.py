"""What was kept about occurrences, for those who explain them. Reads only."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, NamedTuple

from runner.model.occurrence import Reason, Stretch
from runner.model.run import RunStatus
from runner.store.db import Connection, queries
from runner.store.occurrences import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.store.ticks import Window


class Kept(NamedTuple):
    """How one occurrence was decided: by a run, or by a reason.

    `detail` is the run that was in its way, or who skipped it. `stretch` is what shares the decision.
    """

    stretch: Stretch
    decided_ms: int
    run_id: str | None = None
    reason: Reason | None = None
    detail: str | None = None


class Before(NamedTuple):
    """A run that went on while another one waited; `alone`: that one waits for its job."""

    run_id: str
    job_id: str
    pool: str
    same_pool: bool
    alone: bool
    status: RunStatus
    started_ms: int
    ended_ms: int | None


class Period(NamedTuple):
    """The instants `start` ≤ t < `end`, looked at from `now`."""

    start: int
    end: int
    now: int


class Became(NamedTuple):
    """What became of an instant: words of `Reason`, or `RunStatus` and `Trigger`."""

    job_id: str
    instant: int
    reason: str | None
    status: str | None
    trigger: str | None
    run_id: str | None


class GoingOn(NamedTuple):
    """A run that has not ended; one that waits has not started either."""

    job_id: str
    pool: str
    priority: int
    alone: bool
    scheduled_for: int | None
    started_ms: int | None


class Scheduled(NamedTuple):
    """What is to be known of a job to tell its fires. `schedule` is JSON."""

    id: str
    schedule: bytes
    schedule_words: str
    timezone: str | None
    pool: str
    cursor: int
    next_at: int | None
    last_started: int | None
    enabled: bool
    invalid: bool
    outcomes: str
    durations: str


@contextlib.contextmanager
def one_look(connection: Connection) -> Iterator[None]:
    """Everything that is read within belongs together, whoever writes meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def row_at(connection: Connection, job_id: str, instant: int) -> Kept | None:
    parameters = {"job_id": job_id, "instant": instant}
    row = connection.execute(queries("account")["row"], parameters).fetchone()
    if row is None:
        return None
    reason = row["reason"] and Reason(row["reason"])
    alone = Stretch(instant, instant, 1)
    return Kept(alone, row["decided_ms"], row["run_id"], reason, row["detail"])


def span_over(connection: Connection, job_id: str, instant: int) -> Kept | None:
    """The span that reaches over an instant, which need not be a fire."""
    parameters = {"job_id": job_id, "instant": instant}
    row = connection.execute(queries("account")["span"], parameters).fetchone()
    if row is None or row["last"] < instant:
        return None
    stretch = Stretch(row["first"], row["last"], row["count"])
    return Kept(stretch, row["decided_ms"], reason=Reason(row["reason"]))


def latest_decided(connection: Connection, job_id: str, until: int) -> int | None:
    """The last instant ≤ `until` that has a row, or that a span reaches to."""
    parameters = {"job_id": job_id, "until": until}
    row = connection.execute(queries("account")["latest"], parameters).fetchone()
    return None if row[0] is None else int(row[0])


def decided_with(
    connection: Connection, job_id: str, after: int, decided_ms: int
) -> tuple[int, Kept] | None:
    """The next later occurrence that the same look decided."""
    parameters = {"job_id": job_id, "after": after, "decided_ms": decided_ms}
    row = connection.execute(queries("account")["with"], parameters).fetchone()
    if row is None:
        return None
    kept = row_at(connection, job_id, row["instant"])
    return None if kept is None else (row["instant"], kept)


def before_it(connection: Connection, run_id: str, window: Window) -> list[Before]:
    """What went on while a run waited in its queue, the latest to end first."""
    parameters = {"run_id": run_id, **window._asdict()}
    rows = connection.execute(queries("account")["before_it"], parameters)
    return [Before(*row)._replace(status=RunStatus(row["status"])) for row in rows]


def scheduled(connection: Connection) -> list[Scheduled]:
    """Every configured job in the file's order."""
    return [
        Scheduled(*row) for row in connection.execute(queries("account")["scheduled"])
    ]


def decided_ahead(
    connection: Connection, period: Period
) -> list[tuple[str, int, Reason | None]]:
    """Fires that are decided before their time; without a reason they are past."""
    rows = connection.execute(queries("account")["decided_ahead"], period._asdict())
    return [(job_id, at, reason and Reason(reason)) for job_id, at, reason in rows]


def became(connection: Connection, period: Period) -> Iterator[Became]:
    """What became of its occurrences; those of a job stand together."""
    rows = connection.execute(queries("account")["became"], period._asdict())
    return itertools.starmap(Became, rows)


def asked(connection: Connection, period: Period) -> Iterator[Became]:
    """The runs in it that were asked for, in the order of time."""
    rows = connection.execute(queries("account")["asked"], period._asdict())
    return itertools.starmap(Became, rows)


def going_on(connection: Connection) -> list[GoingOn]:
    """The runs that have not ended, in the order in which they were queued."""
    return [GoingOn(*row) for row in connection.execute(queries("account")["going_on"])]


def spans_within(connection: Connection, period: Period) -> list[tuple[str, Span]]:
    """The spans of each job that reach into it."""
    rows = connection.execute(queries("account")["spans_within"], period._asdict())
    return [
        (job_id, Span(Stretch(first, last, fires), Reason(reason)))
        for job_id, first, last, fires, reason in rows
    ]


def zones(connection: Connection) -> dict[str, str]:
    """Of every job that was ever configured, where one is known."""
    return dict(map(tuple, connection.execute(queries("account")["zones"])))
