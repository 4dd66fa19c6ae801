"""How jobs and runs look in a row of a table. Pure: now is an argument, in seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jobconsole import marks, words
from jobconsole.marks import Style
from runner.model.run import OUTCOME_MARKS, RunStatus
from runner.model.views import JobState, JobView, RunView
from widgets.columns import Column
from widgets.pieces import Piece
from widgets.sparkline import sparkline

if TYPE_CHECKING:
    from jobconsole.marks import Mark
    from runner.model.views import LastRun
    from widgets.pieces import Pieces

JOB_COLUMNS = (
    Column("state", "ST", 2),
    Column("job", "JOB", 13, flex=3),
    Column("who", "KIND/ROLE", 14, flex=1, priority=1),
    Column("schedule", "SCHEDULE", 9, flex=2),
    Column("next", "NEXT", 8),
    Column("last", "LAST", 16, flex=1),
    Column("outcomes", "LAST 20", 10, flex=2, right=True, priority=2),
    Column("lock", "LOCK", 8, priority=3),
)

RUN_COLUMNS = (
    Column("state", "ST", 2),
    Column("job", "JOB", 16, flex=3),
    Column("outcome", "OUTCOME", 15, flex=2),
    Column("took", "TOOK", 7, right=True),
    Column("when", "WHEN", 8),
    Column("trigger", "TRIGGER", 8, priority=1),
    Column("role", "ROLE", 8, priority=2),
    Column("actor", "BY", 10, priority=4),
    Column("run", "RUN", 23, priority=3),
)

BAD_MARKS = frozenset(
    OUTCOME_MARKS[it] for it in (RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.LOST)
)
_ATTENTION = (
    JobState.RUNNING,
    JobState.RETRY_WAIT,
    JobState.QUEUED,
    JobState.INVALID,
    JobState.HELD,
    JobState.IDLE,
    JobState.PAUSED,
    JobState.DISABLED,
)
"""The order of jobs that are sorted by state."""

_NEVER = 1 << 62

TIMES = "\N{MULTIPLICATION SIGN}"

JobOrder = Callable[[JobView], str | int]

_ORDERS: dict[str, JobOrder] = {
    "state": lambda view: _ATTENTION.index(view.state),
    "who": lambda view: f"{view.agent or view.kind or '~'}/{view.role or ''}",
    "schedule": lambda view: view.schedule,
    "next": lambda view: _NEVER if view.next_at is None else view.next_at,
    "last": lambda view: -view.last_run.ended_ms if view.last_run else _NEVER,
    "outcomes": lambda view: -sum(mark in BAD_MARKS for mark in view.outcomes),
    "lock": lambda view: view.lock.since_ms if view.lock else _NEVER,
}
"""By other columns than these, jobs are sorted by name."""


def shape(mark: Mark, *, ascii_only: bool) -> Piece:
    return Piece(mark.ascii if ascii_only else mark.shape, mark.style)


def job_row(view: JobView, now: int, *, ascii_only: bool) -> tuple[Piece | Pieces, ...]:
    """The cells of JOB_COLUMNS."""
    who = view.agent or view.kind or "-"
    return (
        shape(marks.job_mark(view), ascii_only=ascii_only),
        Piece(view.id, Style.STRONG),
        Piece(f"{who}/{view.role}" if view.role else who),
        _schedule(view),
        _next(view, now),
        _last(view, now, ascii_only=ascii_only),
        sparkline(view.outcomes, view.durations, unicode=not ascii_only),
        Piece(str(view.lock.pid) if view.lock else ""),
    )


def run_row(view: RunView, now: int, *, ascii_only: bool) -> tuple[Piece | Pieces, ...]:
    """The cells of RUN_COLUMNS."""
    mark = marks.RUNS[view.status]
    at = view.ended_ms or view.started_ms or view.queued_ms
    return (
        shape(mark, ascii_only=ascii_only),
        Piece(view.job_id, Style.STRONG),
        Piece(words.outcome(view), mark.style),
        Piece(_took(view, now)),
        Piece(words.relative(at / 1000, now)),
        Piece(str(view.trigger).replace("_", "-")),
        Piece(view.role),
        Piece(view.actor),
        Piece(view.run_id, Style.FAINT),
    )


def job_order(column: str) -> JobOrder:
    """What jobs are sorted by, for a column of JOB_COLUMNS."""
    return _ORDERS.get(column, lambda view: view.id)


def fails_in_a_row(view: JobView) -> int:
    """How many of the latest runs ended badly, one after the other."""
    marks_backwards = reversed(view.outcomes)
    return next(
        (n for n, mark in enumerate(marks_backwards) if mark not in BAD_MARKS),
        len(view.outcomes),
    )


def _schedule(view: JobView) -> Piece:
    """When it runs; of an invalid job what is wrong with it."""
    if view.problem is not None:
        return Piece(view.problem.message, Style.BAD)
    return Piece(view.schedule)


def _next(view: JobView, now: int) -> Piece:
    """When it runs next; a job that does not go on by itself says so."""
    if view.state in {JobState.INVALID, JobState.DISABLED}:
        return Piece(str(view.state), Style.FAINT)
    if view.state in {JobState.PAUSED, JobState.HELD} and view.next_at is None:
        return Piece(str(view.state), Style.ODD)
    if view.next_at is None:
        return Piece("-", Style.FAINT)
    if view.next_at <= now:
        return Piece("due", Style.BUSY)
    return Piece(words.relative(view.next_at, now))


def _last(view: JobView, now: int, *, ascii_only: bool) -> Piece | Pieces:
    """How the last run ended; of one that goes on, how long already."""
    if view.state is JobState.RUNNING and view.lock is not None:
        elapsed = words.duration(max(now * 1000 - view.lock.since_ms, 0))
        limit = f" of {words.coarse(view.timeout)}" if view.timeout else ""
        return Piece(f"{elapsed}{limit}", Style.BUSY)
    last = view.last_run
    if last is None:
        return Piece("never ran", Style.FAINT)
    mark = marks.RUNS[last.status]
    ago = words.relative(last.ended_ms / 1000, now)
    times = fails_in_a_row(view)
    again = f" {'x' if ascii_only else TIMES}{times}" if times > 1 else ""
    said = _how(last)
    return (
        shape(mark, ascii_only=ascii_only),
        Piece(f" {said}{again} {_age(ago)}" if said else f" {ago}", mark.style),
    )


def _age(ago: str) -> str:
    """`10h`: behind what happened, it need not be said that it is past."""
    return ago.removesuffix(" ago")


def _how(last: LastRun) -> str:
    """Nothing of a good end; of a bad one what tells most about it."""
    if last.status is RunStatus.SUCCEEDED:
        return ""
    if last.status is RunStatus.FAILED:
        how = words.ended_with(last.exit_code, last.signal)
        return how or words.OUTCOMES[last.status]
    return words.OUTCOMES[last.status]


def _took(view: RunView, now: int) -> str:
    if view.duration_ms is not None:
        return words.duration(view.duration_ms)
    if view.started_ms is not None:
        return words.duration(max(now * 1000 - view.started_ms, 0))
    return ""
