"""What people decide about jobs without touching the file: pause, disable, skip.

A decision is kept in control.jsonl first, inside the transaction that carries it into
the index: if we die in between, `reindex` carries it over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.authority import Actor, role_for
from runner.engine.browse import definition_of, job_detail
from runner.engine.enqueue import (
    Condition,
    decode_schedule,
    let_pass,
    next_after,
    next_of,
)
from runner.engine.operate import actor_of
from runner.engine.tick import start_workers
from runner.model.errors import (
    JobNotFoundError,
    PolicyDeniedError,
    TriggerInvalidError,
)
from runner.model.instants import utc_text
from runner.model.occurrence import Reason, Stretch
from runner.model.role import ADMIN
from runner.process.failpoint import failpoint
from runner.store import control, jobs, occurrences, standing
from runner.store.control import Entry, What
from runner.store.db import transaction
from runner.store.occurrences import Refusal, SkipNote
from runner.store.standing import KINDS, StandingRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.project import Project
    from runner.model.orders import Decision
    from runner.model.views import JobView
    from runner.store.jobs import Progress

_NOTHING_AHEAD = (
    "Only what falls due by its schedule can be skipped: give it a `when:`."
)


class Decided(NamedTuple):
    """The job as it is now; `changed` False: it was so before, nothing is recorded.

    `until` is when what was decided ends; `lifted` are the conditions that do not hold
    any more, the strongest first.
    """

    view: JobView
    changed: bool
    until: int | None = None
    lifted: tuple[Reason, ...] = ()


def pause(project: Project, job_id: str, decision: Decision) -> Decided:
    """Let nothing of it start by schedule, for good or until an instant, included.

    Raises TriggerInvalidError where that has passed.
    """
    until = decision.until
    if until is not None and until <= project.now():
        message = f"{utc_text(until)} has passed already"
        raise TriggerInvalidError(
            message, field="until", hint="Give a time that is still to come."
        )
    return _put(project, job_id, decision, What.PAUSED)


def disable(project: Project, job_id: str, decision: Decision) -> Decided:
    """As `enabled: false` in the file."""
    return _put(project, job_id, decision, What.DISABLED)


def resume(project: Project, job_id: str, decision: Decision) -> Decided:
    """Let it start by schedule again, from now on, whatever it waits for."""
    return _lift(project, job_id, decision, What.RESUMED)


def enable(project: Project, job_id: str, decision: Decision) -> Decided:
    """Take `disable` back; what the file says stays."""
    return _lift(project, job_id, decision, What.ENABLED)


def skip(project: Project, job_id: str, decision: Decision) -> int:
    """Let the next occurrence pass that would run; its instant.

    Raises TriggerInvalidError where there is none.
    """
    actor = actor_of(project, decision.actor_user)
    job_id = permitted(project, job_id, actor)
    index = project.index
    with transaction(index, durable=True):
        now_ms = project.clock.wall_ms()
        job = _progress(project, job_id)
        skipped = occurrences.skipped(index, now_ms // 1000, job_id).get(job_id, ())
        instant = _next_to_skip(project, job, skipped)
        if instant is None:
            message = f"nothing of {job_id} is to come"
            raise TriggerInvalidError(message, field="when", hint=_NOTHING_AHEAD)
        entry = Entry(
            what=What.SKIPPED,
            job=job_id,
            actor=actor.name,
            reason=decision.reason,
            instant=utc_text(instant),
        )
        record(project, now_ms, entry)
        note = SkipNote(actor.name, decision.reason).to_text()
        refusal = Refusal(job_id, instant, Reason.SKIPPED, note)
        occurrences.refuse(index, refusal, now_ms)
        next_at = next_of(job, (*skipped, instant))
        jobs.set_progress(index, job_id, job.cursor, next_at)
    return instant


def _put(project: Project, job_id: str, decision: Decision, what: What) -> Decided:
    actor = actor_of(project, decision.actor_user)
    job_id = permitted(project, job_id, actor)
    with transaction(project.index, durable=True):
        now_ms = project.clock.wall_ms()
        entry = Entry(
            what=what,
            job=job_id,
            actor=actor.name,
            reason=decision.reason,
            until=control.text_of(decision.until),
        )
        record(project, now_ms, entry)
        row = StandingRow(
            job_id, Reason(what), now_ms, decision.until, actor.name, decision.reason
        )
        standing.put(project.index, row)
    view = job_detail(project, job_id).view
    return Decided(view, changed=True, until=decision.until)


def _lift(project: Project, job_id: str, decision: Decision, what: What) -> Decided:
    actor = actor_of(project, decision.actor_user)
    job_id = permitted(project, job_id, actor)
    with transaction(project.index, durable=True):
        now_ms = project.clock.wall_ms()
        rows = standing.of_job(project.index, job_id)
        lifted, now = control.LIFTS[what], now_ms // 1000
        holding = {kind for kind in lifted & rows.keys() if rows[kind].holds(now)}
        if holding:
            entry = Entry(
                what=what, job=job_id, actor=actor.name, reason=decision.reason
            )
            record(project, now_ms, entry)
            rest = {kind: row for kind, row in rows.items() if kind not in lifted}
            change(project, job_id, rest, now_ms)
    start_workers(project)
    strongest_first = tuple(kind for kind in KINDS if kind in holding)
    view = job_detail(project, job_id).view
    return Decided(view, changed=bool(holding), lifted=strongest_first)


def permitted(project: Project, name: str, actor: Actor) -> str:
    """The job's id. Raises JobNotFoundError, PolicyDeniedError.

    Who may start the job under its usual role may decide about it; an invalid job's
    role is not known, so that it takes the widest.
    """
    row, definition = definition_of(project, name)
    if definition is not None:
        role_for(definition, None, actor)
    elif not actor.role.may_start_as(ADMIN):
        message = f"{actor.name} acts as {actor.role.name}; {row['id']} is invalid"
        raise PolicyDeniedError(
            message, hint=f"Only {ADMIN.name} may decide about an invalid job."
        )
    return str(row["id"])


def record(project: Project, now_ms: int, entry: Entry) -> None:
    control.decide(project.state.control, now_ms, entry)
    failpoint("control.recorded")


def _progress(project: Project, job_id: str) -> Progress:
    job = jobs.progress(project.index, job_id)
    if job is None or job.removed:
        message = f"{job_id} has just left the configuration"
        raise JobNotFoundError(message, hint="See `jobconsole list`.")
    return job


def change(
    project: Project,
    job_id: str,
    rows: Mapping[Reason, StandingRow],
    now_ms: int,
) -> None:
    """Put these conditions in place of a job's own.

    What it was kept from until now passes by, so that nothing is caught up by surprise.
    """
    index, now = project.index, now_ms // 1000
    before = standing.reason_of(standing.of_job(index, job_id), now)
    job = jobs.progress(index, job_id)
    if job and not job.removed and before:
        skipped = occurrences.skipped(index, now, job_id).get(job_id, ())
        let_pass(index, job, Condition(before, now), skipped, now_ms)
    for kind in KINDS:
        standing.remove(index, job_id, kind)
    for row in rows.values():
        standing.put(index, row)


def _next_to_skip(
    project: Project, job: Progress, skipped: tuple[int, ...]
) -> int | None:
    """The next fire that nobody skipped, that does not wait and has no row."""
    index, schedule = project.index, decode_schedule(job.schedule)
    waits = standing.waiting(standing.of_job(index, job.id), project.now())
    until = waits.until if waits else None
    fire = next_of(job, skipped)
    if fire is not None and until is not None and fire <= until:
        fire = next_after(schedule, until, skipped)
    while fire is not None and occurrences.decided_within(
        index, job.id, Stretch(fire, fire, 1)
    ):
        fire = next_after(schedule, fire, skipped)
    return fire
