"""Runs again what ran before: the job as it was then, under the authority of now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.agents.registry import adapter
from runner.engine.authority import role_for
from runner.engine.browse import resolve_run
from runner.engine.manifest import read_manifest
from runner.engine.operate import Wanted, actor_of, queue
from runner.engine.settle import read_receipt
from runner.model.definition import Definition, decode_definition
from runner.model.errors import AgentUnavailableError, JobNotFoundError
from runner.model.run import Trigger
from runner.store import jobs, runs
from runner.store.db import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.authority import Actor
    from runner.engine.project import Project
    from runner.model.job import Job
    from runner.model.orders import ReplayOrder
    from runner.model.role import Role


_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
"""An agent told it: it must be nothing else when it stands on a command line."""


class Replayed(NamedTuple):
    """The new run. `changed`: the job is not now what it was then, or is gone.

    `as_now` says that the definition of then is lost, and the present one runs.
    """

    run_id: str
    changed: bool
    as_now: bool


class _Then(NamedTuple):
    """A run as it was asked for. `definition` None: nobody knows it any more."""

    run_id: str
    job_id: str
    role: str
    definition: Definition | None
    digest: str
    args: tuple[str, ...] | None
    timeout: int | None
    params: Mapping[str, str]
    session: str | None


def replay(project: Project, reference: str, order: ReplayOrder) -> Replayed:
    """Queue the repetition of a run and see that a worker takes it.

    Raises JobNotFoundError, PolicyDeniedError, OverlapError, BudgetExceededError, and
    AgentUnavailableError where there is no session to go on with.
    """
    then = _then(project, resolve_run(project, reference).run_id)
    row = jobs.find(project.index, then.job_id)
    now = decode_definition(row["body"]) if row is not None and row["body"] else None
    digest = row["definition"] if row is not None else None
    chosen = then.definition or now
    if chosen is None:
        message = f"what run {then.run_id} was is not known any more"
        raise JobNotFoundError(
            message, hint=f"{then.job_id} is not a valid job now that could replace it."
        )
    actor = actor_of(project, order.actor_user)
    role = _role(chosen, now, order.role or then.role, actor)
    chosen = _under_authority(chosen, now)
    wanted = Wanted(
        job=chosen.job,
        definition=_kept(project, chosen),
        role=role,
        actor=actor,
        trigger=Trigger.REPLAY,
        args=then.args,
        timeout=order.timeout or then.timeout,
        replay_of=then.run_id,
        params=then.params,
        resume=_session(chosen.job, then) if order.resume else None,
    )
    changed = then.digest != digest and not _alike(then.definition, now)
    return Replayed(queue(project, wanted), changed, as_now=then.definition is None)


def _then(project: Project, run_id: str) -> _Then:
    """By the run's row; what a rebuilt index has lost of it, by its manifest."""
    run = runs.find(project.index, run_id)
    if run is None:
        message = f"run {run_id} is not there any more"
        raise JobNotFoundError(message)
    folder = project.state.run_folder(run.job_id, run.run_id)
    manifest, receipt = read_manifest(folder), read_receipt(folder)
    digest, args, timeout = run.definition, run.args, run.timeout
    params = run.params or (manifest.params if manifest else {})
    session = receipt.agent.session if receipt and receipt.agent else None
    if manifest is not None:
        digest = digest or manifest.config_sha256
        args = manifest.args if args is None else args
        timeout = timeout or manifest.timeout
    body = runs.known_body(project.index, digest)
    definition = None if body is None else decode_definition(body)
    return _Then(
        run_id=run_id,
        job_id=run.job_id,
        role=run.role,
        definition=definition,
        digest=digest,
        args=args,
        timeout=timeout,
        params=params,
        session=session,
    )


def _session(job: Job, then: _Then) -> str:
    """The session in which the agent of then can go on."""
    if then.session is None or not _SESSION.fullmatch(then.session):
        message = f"run {then.run_id} left no session to go on with"
    elif job.agent is None or not adapter(job.agent).can_resume:
        message = f"the agent of {job.id} cannot go on with a session"
    else:
        return then.session
    raise AgentUnavailableError(message, hint="Replay it without `--resume`.")


def _role(chosen: Definition, now: Definition | None, name: str, actor: Actor) -> Role:
    """The role, if the actor may give it to the job of then and to that of now."""
    role = role_for(chosen, name, actor)
    return role if now is None else role_for(now, name, actor)


def _under_authority(chosen: Definition, now: Definition | None) -> Definition:
    """As it was then; but roles mean what they mean now, and budgets are those of now."""
    if now is None:
        return chosen
    job, agent = chosen.job, chosen.job.agent
    if agent is not None and now.job.agent is not None:
        of_now = now.job.agent
        agent = msgspec.structs.replace(
            agent, budget=of_now.budget, daily=of_now.daily, prices=of_now.prices
        )
        job = msgspec.structs.replace(job, agent=agent)
    return msgspec.structs.replace(chosen, job=job, roles=now.roles)


def _kept(project: Project, chosen: Definition) -> str:
    """The hash of the definition to run."""
    digest, body = chosen.encode()
    with transaction(project.index):
        jobs.add_definitions(project.index, {digest: body})
    return digest


def _alike(then: Definition | None, now: Definition | None) -> bool:
    """Whether both do the same: neither moves within a file nor roles count."""
    if then is None or now is None:
        return False
    moved = msgspec.structs.replace(then.job, source=now.job.source)
    return moved == now.job and then.root == now.root
