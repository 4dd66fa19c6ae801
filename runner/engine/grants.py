"""As what a job may start by schedule, and whether it may at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.authority import SCHEDULER, role_for
from runner.engine.day import zone_name
from runner.engine.told_roles import told_roles
from runner.model.errors import BudgetExceededError, PolicyDeniedError
from runner.model.job import Overlap
from runner.model.occurrence import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.project import Project
    from runner.model.definition import Definition
    from runner.model.role import Role
    from runner.store.db import Connection
    from runner.store.jobs import DueJob


class Grants(NamedTuple):
    """What was found out before anything is decided.

    `told` are roles by job, as the daemon told; the day begins in `zone`.
    """

    told: Mapping[str, str]
    zone: str


class Obstacle(NamedTuple):
    """Why a job may not start now. `detail`: the run in the way, or what was said."""

    reason: Reason
    detail: str | None = None


def grants_for(project: Project, until: int) -> Grants:
    """What decides about the jobs that fall due up to an instant."""
    return Grants(told_roles(project, until), zone_name(project))


def admitted(
    index: Connection, row: DueJob, body: Definition, grants: Grants, now_ms: int
) -> Role | Obstacle:
    """The role under which the job may start at that time, or why it may not."""
    if body.job.overlap is Overlap.SKIP and row.active_run:
        return Obstacle(Reason.OVERLAP, row.active_run)
    return granted(index, body, grants, now_ms)


def granted(
    index: Connection, body: Definition, grants: Grants, now_ms: int
) -> Role | Obstacle:
    """The same, whether or not the job is busy."""
    try:
        role = role_for(body, None, SCHEDULER, grants.told.get(body.job.id))
    except PolicyDeniedError as error:
        return Obstacle(Reason.DENIED, error.message)
    if body.job.agent is None:
        return role
    from runner.engine.budget import Purse, Subject, demand_funds

    try:
        purse = Purse(index, grants.zone, now_ms)
        demand_funds(purse, Subject(body.job, role))
    except BudgetExceededError as error:
        return Obstacle(Reason.BUDGET, error.message)
    return role
