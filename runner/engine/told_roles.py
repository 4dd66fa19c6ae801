"""Asks the daemon, where there is one, which role a job has that names none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.store import jobs, meta

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.engine.project import Project


def told_role(project: Project, job_id: str) -> str | None:
    """None where nobody answers in time, or anything else is wrong: silently."""
    return _asked(project, [job_id]).get(job_id)


def told_roles(project: Project, until: int) -> Mapping[str, str]:
    """The same for every job that falls due up to an instant, all at once."""
    if not meta.get(project.index, meta.DAEMON):
        return {}
    return _asked(project, jobs.due_without_role(project.index, until))


def _asked(project: Project, job_ids: Sequence[str]) -> Mapping[str, str]:
    socket = meta.get(project.index, meta.DAEMON)
    if not socket or not job_ids:
        return {}
    from runner.process.daemon import roles_told

    return roles_told(socket, job_ids)
