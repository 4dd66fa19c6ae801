"""Takes decisions back: what was undone counts as if it had never been decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.browse import job_detail
from runner.engine.control import change, permitted, record
from runner.engine.enqueue import next_of
from runner.engine.operate import actor_of
from runner.engine.tick import start_workers
from runner.model.errors import JobNotFoundError, TooLateError
from runner.model.instants import utc_text
from runner.store import control, jobs, occurrences
from runner.store.control import Entry, Numbered, What
from runner.store.db import transaction

if TYPE_CHECKING:
    from runner.engine.authority import Actor
    from runner.engine.project import Project
    from runner.model.views import JobView


class Undone(NamedTuple):
    """What was taken back; `view` is None where its job is not configured any more.

    `instant` is that of an occurrence which was skipped.
    """

    what: What
    job_id: str
    instant: int | None
    view: JobView | None


def last_decision(project: Project, user: str) -> Numbered | None:
    """What `undo` would take back now."""
    counting = control.decisions(project.state.control)
    return _last_of(counting, actor_of(project, user))


def undo(project: Project, user: str, line: int | None = None) -> Undone | None:
    """Take back the actor's last decision: from now on it counts as never made.

    `line` is that of the decision which is meant, if somebody was asked about it.
    None where there is nothing to undo. What was undone cannot be undone in turn.
    Raises TooLateError where its time has passed, PolicyDeniedError.
    """
    actor = actor_of(project, user)
    with transaction(project.index, durable=True):
        now_ms = project.clock.wall_ms()
        counting = control.decisions(project.state.control)
        last = _last_of(counting, actor)
        if last is None:
            return None
        if line is not None and line != last.line:
            message = "something else was decided meanwhile"
            raise TooLateError(message, hint="Look, and undo again.")
        entry = last.entry
        configured = _is_configured(project, entry.job, actor)
        _refuse_if_passed(entry, now_ms // 1000)
        note = Entry(what=What.UNDONE, job=entry.job, actor=actor.name, of=last.line)
        record(project, now_ms, note)
        _count_out(project, counting, last, now_ms)
    start_workers(project)
    view = job_detail(project, entry.job).view if configured else None
    return Undone(entry.what, entry.job, entry.skipped_at, view)


def _last_of(counting: list[Numbered], actor: Actor) -> Numbered | None:
    own = [it for it in counting if it.entry.actor == actor.name]
    return own[-1] if own else None


def _is_configured(project: Project, job_id: str, actor: Actor) -> bool:
    """Raises PolicyDeniedError where the actor may not decide about the job."""
    try:
        permitted(project, job_id, actor)
    except JobNotFoundError:
        return False
    return True


def _refuse_if_passed(entry: Entry, now: int) -> None:
    ends = entry.skipped_at or entry.until_at
    if ends is None or ends > now:
        return
    how = "at" if entry.skipped_at else "until"
    message = f"{entry.job} was {entry.what} {how} {utc_text(ends)}: it is too late"
    raise TooLateError(message, hint=f"Start it by hand: jobconsole run {entry.job}")


def _count_out(
    project: Project, counting: list[Numbered], last: Numbered, now_ms: int
) -> None:
    """Bring the index to where it would be without one decision."""
    entry = last.entry
    left = control.in_force(it for it in counting if it is not last)
    instant = entry.skipped_at
    if instant is None:
        rows = {
            kind: row for (job, kind), row in left.standing.items() if job == entry.job
        }
        change(project, entry.job, rows, now_ms)
    elif (entry.job, instant) not in left.skips:
        _unskip(project, entry.job, instant, now_ms // 1000)


def _unskip(project: Project, job_id: str, instant: int, now: int) -> None:
    index = project.index
    occurrences.unskip(index, job_id, instant)
    job = jobs.progress(index, job_id)
    if job is not None:
        # One that was due at once, and so never had another instant, is due then.
        job = job._replace(next_at=min(job.next_at or instant, instant))
        skipped = occurrences.skipped(index, now, job_id).get(job_id, ())
        jobs.set_progress(index, job_id, job.cursor, next_of(job, skipped))
