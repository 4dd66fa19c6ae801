"""What people (and runs) ask for: start a run, stop one, renew the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.agent.prompt import bindings
from runner.engine.authority import Actor, operator, role_for
from runner.engine.browse import definition_of, resolve_run
from runner.engine.budget import Subject, demand_funds, purse_of
from runner.engine.enclosure import enclosing_run
from runner.engine.job_view import problem_of
from runner.engine.repair import finish_unstarted, repair_if_free
from runner.engine.tick import start_workers
from runner.engine.told_roles import told_role
from runner.model.definition import Definition, decode_definition
from runner.model.errors import (
    Code,
    JobInvalidError,
    OverlapError,
    PolicyDeniedError,
)
from runner.model.job import Overlap
from runner.model.role import Profile
from runner.model.run import RunStatus, Trigger
from runner.process.environment import dump_base, record_base
from runner.store import jobs, runs
from runner.store.db import Row, transaction
from runner.store.folders import write_durably
from runner.store.runs import ASKED_PRIORITY, NewRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.project import Project
    from runner.model.job import Job
    from runner.model.orders import Order
    from runner.model.role import Role
    from runner.model.views import RunView


_ALL_PROBLEMS = "`jobconsole validate` shows every problem."


class Wanted(NamedTuple):
    """A run that may be started: by whom, and as what. `definition` is a hash."""

    job: Job
    definition: str
    role: Role
    actor: Actor
    trigger: Trigger
    args: tuple[str, ...] | None = None
    timeout: int | None = None
    replay_of: str | None = None
    params: Mapping[str, str] = {}
    resume: str | None = None


class Cancelled(NamedTuple):
    """A run as it was when it was asked to stop."""

    view: RunView
    was_active: bool


def submit(project: Project, order: Order) -> str:
    """Queue a run and see that a worker takes it; its id.

    Raises JobNotFoundError, PolicyDeniedError, BindingsInvalidError,
    BudgetExceededError, OverlapError.
    """
    row, definition = definition_of(project, order.job_id)
    if definition is None:
        raise invalid(row)
    actor = actor_of(project, order.actor_user)
    job = definition.job
    unsaid = order.role is None and job.role is None
    told = told_role(project, job.id) if unsaid else None
    role = role_for(definition, order.role, actor, told)
    params = dict(order.params)
    bindings(job, params)
    wanted = Wanted(
        job=job,
        definition=row["definition"],
        role=role,
        actor=actor,
        trigger=order.trigger,
        args=order.args,
        timeout=order.timeout,
        params=params,
    )
    return queue(project, wanted)


def queue(project: Project, wanted: Wanted) -> str:
    """Queue a run and see that a worker takes it.

    Raises OverlapError, BudgetExceededError, PolicyDeniedError.
    """
    job = wanted.job
    _demand_no_way_round(wanted)
    demand_funds(purse_of(project), Subject(job, wanted.role))
    repair_if_free(project)
    with transaction(project.index, durable=True):
        now_ms = project.clock.wall_ms()
        if job.overlap is Overlap.SKIP:
            _refuse_overlap(project, job.id)
        run = NewRun(
            run_id=runs.fresh_id(project.index, now_ms),
            job_id=job.id,
            kind=job.kind,
            trigger=wanted.trigger,
            role=wanted.role.name,
            actor=wanted.actor.name,
            pool=job.pool,
            alone=job.overlap is not Overlap.ALLOW,
            definition=wanted.definition,
            queued_ms=now_ms,
            queued_boot=project.identity.boot,
            args=wanted.args,
            timeout=wanted.timeout,
            priority=ASKED_PRIORITY,
            replay_of=wanted.replay_of,
            params=wanted.params,
            resume=wanted.resume,
        )
        runs.enqueue(project.index, run)
    start_workers(project)
    return run.run_id


def actor_of(project: Project, user: str) -> Actor:
    """Who asks: the run that this process is part of, else the person."""
    run = enclosing_run(project)
    if run is None:
        return operator(user)
    roles = _definition(project, run.definition).roles
    return Actor(f"run {run.run_id}", roles[run.role])


def cancel(project: Project, reference: str, *, actor: str, kill: bool) -> Cancelled:
    """Ask a run to stop, or to be killed. One that waits in the queue ends here."""
    repair_if_free(project)
    view = resolve_run(project, reference)
    with transaction(project.index):
        level = 2 if kill else 1
        asked = runs.ask_cancel(project.index, view.run_id, level, actor)
    run = runs.find(project.index, view.run_id)
    if asked and run is not None and run.status is RunStatus.QUEUED:
        finish_unstarted(project, run, RunStatus.CANCELLED)
    return Cancelled(view, asked)


def environment(project: Project, *, renew: bool) -> dict[str, str]:
    """The base environment; `renew` records it again from this process's own."""
    if not renew:
        return project.base()
    path = project.state.base_environment
    base = record_base(project.start, _passed(project))
    write_durably(path, dump_base(base))
    return base


def _passed(project: Project) -> set[str]:
    """Every variable that some job's `env_pass` names."""
    bodies = jobs.definitions(project.index)
    return {name for body in bodies for name in decode_definition(body).job.env_pass}


def _definition(project: Project, digest: str) -> Definition:
    return decode_definition(runs.body_of(project.index, digest))


def invalid(row: Row) -> JobInvalidError:
    problem = problem_of(row)
    if problem is None:
        return JobInvalidError(Code.JOB_INVALID_SPEC, f"{row['id']} is invalid")
    message = f"{problem.where}: {problem.message}"
    return JobInvalidError(problem.code, message, hint=problem.hint or _ALL_PROBLEMS)


def _demand_no_way_round(wanted: Wanted) -> None:
    """An agent's arguments could undo what its role keeps it from."""
    actor = wanted.actor
    if wanted.job.agent is None or wanted.args is None:
        return
    if actor.role.profile is not Profile.FULL:
        message = f"{actor.name} acts as {actor.role.name} and may not give arguments"
        raise PolicyDeniedError(
            message, hint="Tell the agent by its prompt, with `--param`."
        )


def _refuse_overlap(project: Project, job_id: str) -> None:
    active = runs.active_of_job(project.index, job_id)
    if active is None:
        return
    run_id, status = active
    message = f"{job_id} is already {status}: run {run_id}"
    raise OverlapError(
        message, hint=f"Wait, or stop it with `jobconsole cancel {run_id}`."
    )
