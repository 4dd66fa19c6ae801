"""All that a run of an agent needs beside that of any other program.

Only workers whose pool has jobs for agents load it.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple

from runner.agents.base import AgentRequest
from runner.engine.agent.attend import Attendant, Charge
from runner.engine.agent.engage import Engaged, engage
from runner.engine.agent.prompt import prompt_of, prompt_to_go_on
from runner.engine.budget import Subject, demand_funds, purse_of
from runner.engine.settle import read_receipt
from runner.model.errors import TargetUnresolvedError
from runner.process.scratch import make_scratch, remove_scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.engine.plan import Execution, Plan, Surroundings
    from runner.engine.project import Project


class Assignment(NamedTuple):
    """What an agent is told, and the agent that is ready for it."""

    prompt: str
    agent: Engaged


@contextlib.contextmanager
def scratch_for(run_id: str, base: Mapping[str, str]) -> Iterator[Path]:
    """A folder for an agent alone, as long as its run goes on."""
    scratch = make_scratch(run_id, base)
    try:
        yield scratch
    finally:
        remove_scratch(scratch)


def assign(project: Project, case: Execution, around: Surroundings) -> Assignment:
    """Raises BudgetExceededError, AgentUnavailableError, BindingsInvalidError."""
    claim, definition = case.claim, case.definition
    job = definition.job
    if job.agent is None or case.scratch is None:
        message = f"{job.id} has a prompt and no agent"
        raise TargetUnresolvedError(message, hint="Name one with `agent:`.")
    demand_funds(purse_of(project), _subject(case))
    prompt = _prompt(project, case)
    request = AgentRequest(
        job_id=job.id,
        agent=job.agent,
        role=definition.roles[claim.role],
        run_id=claim.run_id,
        root=definition.root,
        prompt_file=str(case.folder.prompt),
        scratch=str(case.scratch),
        args=job.args if claim.args is None else claim.args,
        environment=around.environment,
        resume=claim.resume,
        as_root=os.geteuid() == 0,
    )
    return Assignment(prompt, engage(project, request, around.known))


@contextlib.contextmanager
def attending(
    project: Project, case: Execution, chosen: Plan, engaged: Engaged
) -> Iterator[Attendant]:
    """Whoever stands by the attempt that is about to start."""
    adapter, agent = engaged.adapter, engaged.agent
    resumed_ms = project.clock.wall_ms() if case.claim.resume else None
    charge = Charge(
        subject=_subject(case),
        reader=adapter.reader(resumed_ms),
        stdout=case.folder.stdout,
        stderr=case.folder.stderr,
        log=None if adapter.is_plain else case.folder.agent_log,
        environment=chosen.environment,
        prices=agent.prices,
        model=engaged.command.model,
        tells_cost=adapter.tells_cost,
        silence=agent.silence,
        secrets=chosen.secrets(),
    )
    attendant = Attendant(project, charge, case.events)
    try:
        yield attendant
    finally:
        attendant.close()


def _subject(case: Execution) -> Subject:
    claim, definition = case.claim, case.definition
    return Subject(definition.job, definition.roles[claim.role], claim.run_id)


def _prompt(project: Project, case: Execution) -> str:
    claim, definition = case.claim, case.definition
    if claim.resume is None or claim.replay_of is None:
        return prompt_of(definition.job, definition.root, claim.params)
    earlier = read_receipt(project.state.run_folder(claim.job_id, claim.replay_of))
    if earlier is None:
        message = f"run {claim.replay_of} has no receipt any more"
        raise TargetUnresolvedError(message, hint="Replay it without `--resume`.")
    return prompt_to_go_on(earlier)
