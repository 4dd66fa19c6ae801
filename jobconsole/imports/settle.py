"""From what was found to a proposal: ids that are free, and jobs that are valid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jobconsole.imports.fragment import fragment
from jobconsole.imports.names import unique_id
from jobconsole.imports.proposal import (
    Entry,
    Found,
    LeftOut,
    Proposal,
    Proposed,
    shared,
)
from runner.config.jobs import read_job
from runner.config.project import read_project
from runner.config.report import About
from runner.config.survey import Survey
from runner.config.yaml_tree import MapNode, read_yaml
from runner.model.errors import Code
from runner.model.job import InvalidJob, Job
from runner.model.schedule import Manual

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from runner.config.surroundings import Surroundings


class Ground(NamedTuple):
    """Where the jobs are to be: a project's folder, and the jobs that it has."""

    root: Path
    around: Surroundings
    jobs: tuple[Job | InvalidJob, ...] = ()


def settle(found: Found, ground: Ground) -> Proposal:
    """The jobs that hold water there; those that do not, or are there, are left out."""
    named = _named(found.entries, {job.id for job in ground.jobs})
    read = _read(Proposal(named), ground)
    jobs: list[Proposed] = []
    left_out = list(found.left_out)
    for proposed in named:
        job = read[proposed.id]
        if isinstance(job, InvalidJob):
            left_out.append(LeftOut(proposed.entry.source, job.problem.message))
        elif (twin := _twin(job, ground.jobs)) is not None:
            reason = f"{twin.id} is the same"
            left_out.append(LeftOut(proposed.entry.source, reason, own=True))
        else:
            jobs.append(proposed)
    entries = tuple(it.entry for it in jobs)
    kept = shared(Found(entries, tuple(left_out), found.about if jobs else ()))
    free = _named(kept.entries, {job.id for job in ground.jobs})
    return Proposal(free, kept.left_out, kept.about)


def _named(entries: Iterable[Entry], taken: set[str]) -> tuple[Proposed, ...]:
    named: list[Proposed] = []
    for entry in entries:
        name = unique_id(entry.name, taken)
        taken.add(name)
        named.append(Proposed(name, entry))
    return tuple(named)


def _read(proposal: Proposal, ground: Ground) -> Mapping[str, Job | InvalidJob]:
    """The jobs as the loader understands what is written of them."""
    tree = read_yaml(fragment(proposal).encode())
    jobs = tree.entries["jobs"].value if isinstance(tree, MapNode) else None
    if not isinstance(tree, MapNode) or not isinstance(jobs, MapNode):
        return {}
    settings = read_project(tree, ground.around).settings
    survey = Survey(ground.root)
    return {
        name: read_job(
            name, entry, About("", Code.JOB_INVALID_SPEC, name), settings, survey
        ).result()
        for name, entry in jobs.entries.items()
    }


def _twin(job: Job, others: Iterable[Job | InvalidJob]) -> Job | None:
    """A job that runs the same at the same times, whatever else it says.

    Without a schedule of its own, what it runs is enough: somebody gave it one.
    """
    for other in others:
        if (
            isinstance(other, Job)
            and (other.target, other.args) == (job.target, job.args)
            and (isinstance(job.schedule, Manual) or other.schedule == job.schedule)
        ):
            return other
    return None
