"""Under which role a run acts, and whether it may be started at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import PolicyDeniedError
from runner.model.role import ADMIN, Role

if TYPE_CHECKING:
    from runner.model.definition import Definition


class Actor(NamedTuple):
    """Who starts a run: the OS user, the schedule, or another run with its role."""

    name: str
    role: Role


SCHEDULER = Actor("schedule", ADMIN)


def operator(user: str) -> Actor:
    """The person at the terminal may act as anybody."""
    return Actor(user, ADMIN)


def role_for(
    definition: Definition, asked: str | None, actor: Actor, told: str | None = None
) -> Role:
    """The role a run gets: asked for > the job's > what the daemon told > admin.

    A role that the daemon names and nobody defined counts for nothing.

    Raises PolicyDeniedError where the actor may not give it, or where the job may
    not be started under it.
    """
    job = definition.job
    known = told if told in definition.roles else None
    name = asked or job.role or known or ADMIN.name
    role = definition.roles.get(name)
    if role is None:
        names = ", ".join(sorted(definition.roles))
        message = f"there is no role {name}"
        raise PolicyDeniedError(message, hint=f"Choose one of: {names}.")
    if not actor.role.may_start_as(role):
        message = f"{actor.name} acts as {actor.role.name} and may not start as {name}"
        raise PolicyDeniedError(
            message, hint=f"Ask for {actor.role.name}, or widen its `may_trigger`."
        )
    if job.roles and name not in job.roles:
        message = f"{job.id} may not be started as {name}"
        raise PolicyDeniedError(
            message, hint=f"Start it as one of: {', '.join(job.roles)}."
        )
    return role
