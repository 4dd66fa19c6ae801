"""Tells what a job resolves to, and where each of its values comes from.

It is asked by a person, now and then: the configuration is read anew for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.config.job_keys import JOB
from runner.config.origins import Origins, origins_of
from runner.config.written import in_words, written
from runner.config.yaml_text import flow
from runner.engine.browse import definition_of
from runner.engine.job_view import problem_of
from runner.engine.refresh import load_anew
from runner.model.job import InvalidJob, Job, Where
from runner.model.spec import Origin, Source, Spec, SpecValue
from runner.process.environment import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.config.loader import Loaded
    from runner.engine.project import Project
    from runner.model.job import Problem

_NOT_KNOWN = (Origin(Source.UNKNOWN),)


def spec(project: Project, job_id: str) -> Spec:
    """Raises JobNotFoundError with the nearest name.

    What is in force counts: where the files say something else by now, the values
    come without their places, and a note says so.
    """
    row, definition = definition_of(project, job_id)
    loaded = load_anew(project)
    on_disk = _find(loaded, row["id"])
    if definition is None:
        problem = problem_of(row)
        known = (problem,) if problem is not None else ()
        return _invalid(row["id"], known, loaded, on_disk)
    job = definition.job
    note = _difference(loaded, job, on_disk)
    origins = None if note else _origins(loaded, job.id)
    return Spec(
        job_id=job.id,
        defined_in=str(job.source if note or on_disk is None else _place(on_disk)),
        values=tuple(_values(job, origins)),
        warnings=() if note else _about(loaded.config.warnings, job.id),
        note=note,
    )


def without_secrets(job: Job) -> Job:
    """The same job, its secrets hidden wherever variables are set."""
    agent = job.agent
    if agent is not None:
        servers = {
            name: msgspec.structs.replace(server, env=masked(server.env))
            for name, server in agent.mcp.items()
        }
        agent = msgspec.structs.replace(agent, mcp=servers)
    return msgspec.structs.replace(job, env=masked(job.env), agent=agent)


def _invalid(
    job_id: str,
    known: tuple[Problem, ...],
    loaded: Loaded,
    on_disk: Job | InvalidJob | None,
) -> Spec:
    """All its problems where the files still say the same, else the one in force."""
    same = isinstance(on_disk, InvalidJob)
    problems = _about(loaded.config.problems, job_id) if same else known
    note = "" if same else _broken(loaded) or "The configuration on disk has changed."
    where = str(problems[0].where) if problems else ""
    return Spec(job_id=job_id, defined_in=where, problems=problems, note=note)


def _difference(loaded: Loaded, job: Job, on_disk: Job | InvalidJob | None) -> str:
    """Why the files do not tell where the values in force come from."""
    if broken := _broken(loaded):
        return broken
    if on_disk is None:
        return f"{job.id} is not in the configuration on disk any more."
    if isinstance(on_disk, InvalidJob):
        return f"{job.id} is invalid on disk: {on_disk.problem}"
    if msgspec.structs.replace(on_disk, source=job.source) != job:
        return f"{job.id} has changed on disk: this is what is in force."
    return ""


def _broken(loaded: Loaded) -> str:
    config = loaded.config
    if not config.fatal:
        return ""
    first = str(config.problems[0]) if config.problems else f"{config.path} is broken"
    return f"{first}; this is the last good configuration."


def _find(loaded: Loaded, job_id: str) -> Job | InvalidJob | None:
    return next((job for job in loaded.config.jobs if job.id == job_id), None)


def _place(job: Job | InvalidJob) -> Where:
    return job.source if isinstance(job, Job) else job.problem.where


def _origins(loaded: Loaded, job_id: str) -> Origins:
    draft = next(draft for draft in loaded.drafts if draft.id == job_id)
    return origins_of(draft, loaded.config.path.name)


def _about(problems: tuple[Problem, ...], job_id: str) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.job_id == job_id)


def _values(job: Job, origins: Origins | None) -> Iterator[SpecValue]:
    words = {key.name: in_words(key) for key in JOB.keys}
    for name, value in written(without_secrets(job)).items():
        text = flow(value) if value is not None else words.get(name, "none")
        yield SpecValue(name, text, _NOT_KNOWN if origins is None else origins[name])
