"""What a person may choose before a run is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.authority import Actor, role_for
from runner.engine.browse import definition_of
from runner.engine.operate import actor_of, invalid
from runner.engine.told_roles import told_role
from runner.model.errors import PolicyDeniedError
from runner.model.role import ADMIN

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.model.definition import Definition
    from runner.model.role import Profile


class RoleChoice(NamedTuple):
    """A role, and why the run may not have it; empty where it may."""

    name: str
    profile: Profile
    denied: str


class Proposal(NamedTuple):
    """A run as it would be if nobody changed anything. `timeout` is seconds.

    `params` are the blanks of its prompt; None: a value must be given.
    """

    job_id: str
    roles: tuple[RoleChoice, ...]
    role: str
    args: tuple[str, ...]
    timeout: int
    params: tuple[tuple[str, str | None], ...] = ()


def propose(project: Project, job_id: str, user: str) -> Proposal:
    """Raises JobNotFoundError, and JobInvalidError for a job that cannot run."""
    row, definition = definition_of(project, job_id)
    if definition is None:
        raise invalid(row)
    actor = actor_of(project, user)
    roles = tuple(
        RoleChoice(name, role.profile, _denied(definition, name, actor))
        for name, role in definition.roles.items()
    )
    job = definition.job
    told = None if job.role else told_role(project, job.id)
    role = job.role or (told if told in definition.roles else None) or ADMIN.name
    return Proposal(
        row["id"], roles, role, job.args, job.timeout, tuple(job.params.items())
    )


def _denied(definition: Definition, name: str, actor: Actor) -> str:
    try:
        role_for(definition, name, actor)
    except PolicyDeniedError as error:
        return error.message
    return ""
