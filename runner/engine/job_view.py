"""A job's row of the index as front ends show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.engine.enqueue import decode_schedule, legacy_instant, next_after
from runner.model.identity import Identity
from runner.model.job import Problem
from runner.model.occurrence import Reason
from runner.model.run import RunStatus
from runner.model.schedule import Legacy
from runner.model.views import (
    JobState,
    JobView,
    LastRun,
    LockView,
    ProblemView,
    StandingView,
)
from runner.process.identity import is_alive
from runner.store import jobs, occurrences, standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.project import Project
    from runner.store.db import Row
    from runner.store.standing import StandingRow

_problems = msgspec.json.Decoder(Problem)


def job_views(project: Project, job_id: str | None = None) -> list[JobView]:
    """Every configured job in the file's order, or the one that is named."""
    index, now = project.index, project.now()
    held = standing.by_job(index, job_id)
    skips = occurrences.skipped(index, now, job_id)
    return [
        _view(row, _Held(held.get(row["id"], {}), now), skips.get(row["id"], ()))
        for row in jobs.listed(index, job_id)
    ]


class KnownJobs:
    """All jobs, listed again and again.

    Who shows the same as before is the same object; the views of those that neither
    run nor depend on the time are made only when their row has changed.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def listed(self, project: Project) -> list[JobView]:
        index, now = project.index, project.now()
        held, skips = standing.by_job(index), occurrences.skipped(index, now)
        known, self._known = self._known, {}
        for row in jobs.listed(index):
            job_id = row["id"]
            rows, skipped = held.get(job_id, {}), skips.get(job_id, ())
            lasting = row["active_status"] is None and not rows and not skipped
            before = known.get(job_id)
            if before is None or not lasting or before.row != row:
                view = _view(row, _Held(rows, now), skipped)
                if before is not None and before.view == view:
                    view = before.view
                before = _Known(row if lasting else None, view)
            self._known[job_id] = before
        return [it.view for it in self._known.values()]


class _Known(NamedTuple):
    """The view of a job, and the row that alone it was made of, if so."""

    row: Row | None
    view: JobView


def problem_of(row: Row) -> Problem | None:
    return None if row["problem"] is None else _problems.decode(row["problem"])


class _Held:
    """The conditions of a job that hold now."""

    def __init__(self, rows: Mapping[Reason, StandingRow], now: int) -> None:
        disabled = rows.get(Reason.DISABLED)
        self.now = now
        self.disabled = disabled if disabled and disabled.holds(now) else None
        self.waiting = standing.waiting(rows, now)
        """For what it waits, if it is not disabled."""

    def view(self, *, enabled: bool) -> StandingView | None:
        """Who disabled the job or, if nothing disables it, who lets it wait."""
        row = self.disabled or (self.waiting if enabled else None)
        return row and StandingView(
            row.what, row.since_ms, row.until, row.actor, row.reason
        )


def _view(row: Row, held: _Held, skipped: tuple[int, ...]) -> JobView:
    enabled = bool(row["enabled"]) and held.disabled is None
    return JobView(
        id=row["id"],
        kind=row["kind"],
        agent=row["agent"],
        schedule=row["schedule_words"],
        timezone=row["timezone"],
        role=row["role"],
        enabled=enabled,
        state=_state(row, held, enabled=enabled),
        next_at=_next_at(row, held, skipped) if enabled else None,
        last_run=_last_run(row),
        lock=_lock(row),
        problem=_problem_view(row),
        outcomes=row["outcomes"],
        durations=row["durations"],
        description=row["description"],
        tags=tuple(row["tags"].split()),
        timeout=row["timeout"],
        standing=held.view(enabled=enabled),
        skipped=tuple(instant for instant in skipped if instant > held.now),
    )


def _state(row: Row, held: _Held, *, enabled: bool) -> JobState:
    """A run in progress shows even where the definition changed under it."""
    if row["active_status"] is not None:
        return JobState(row["active_status"])
    if row["problem"] is not None:
        return JobState.INVALID
    if not enabled:
        return JobState.DISABLED
    return JobState(held.waiting.what) if held.waiting else JobState.IDLE


def _next_at(row: Row, held: _Held, skipped: tuple[int, ...]) -> int | None:
    """None for a job that will not run however the time passes."""
    if row["problem"] is not None or row["next_at"] is None:
        return None
    schedule = decode_schedule(row["schedule"])
    fire = int(row["next_at"])
    if isinstance(schedule, Legacy):
        started, cursor = row["last_started"], row["cursor"]
        fire = legacy_instant(schedule, started, cursor, skipped) or fire
    if held.waiting is None:
        return fire
    until = held.waiting.until
    if until is None or fire > until:
        return None if until is None else fire
    return next_after(schedule, until, skipped)


def _last_run(row: Row) -> LastRun | None:
    if row["last_run_id"] is None:
        return None
    return LastRun(
        run_id=row["last_run_id"],
        status=RunStatus(row["last_status"]),
        ended_ms=row["last_ended_ms"],
        duration_ms=row["last_duration_ms"],
        exit_code=row["last_exit_code"],
        signal=row["last_signal"],
    )


def _lock(row: Row) -> LockView | None:
    if row["active_status"] != RunStatus.RUNNING or row["worker_pid"] is None:
        return None
    worker = Identity(row["worker_pid"], row["worker_start"], row["worker_boot"])
    if not is_alive(worker):
        return None
    return LockView(worker.pid, row["active_run_id"], row["active_started_ms"])


def _problem_view(row: Row) -> ProblemView | None:
    problem = problem_of(row)
    if problem is None:
        return None
    return ProblemView(problem.code, problem.message, problem.hint, str(problem.where))
