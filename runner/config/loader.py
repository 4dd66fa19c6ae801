"""Reads a project's configuration whole, and tells every problem in it."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from runner.config import project_keys as keys
from runner.config.draft import Draft
from runner.config.files import Files
from runner.config.findings import Finding
from runner.config.fingerprint import Sources
from runner.config.includes import included_jobs
from runner.config.jobs import read_job
from runner.config.locate import expand_home, state_dir_of
from runner.config.names import job_id_of
from runner.config.node_views import describe
from runner.config.project import Project, read_project
from runner.config.report import About, Report
from runner.config.surroundings import Surroundings
from runner.config.survey import Survey
from runner.config.yaml_tree import MapNode
from runner.model.budget import NO_BUDGET
from runner.model.config import Config
from runner.model.errors import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runner.model.job import InvalidJob, Job


__all__ = ["Loaded", "Surroundings", "load"]


class Loaded(msgspec.Struct, frozen=True):
    """A configuration, and what to look at to see whether it has changed.

    `drafts` are its jobs with the places that their values come from.
    """

    config: Config
    sources: Sources
    drafts: tuple[Draft, ...] = ()


def load(path: Path, around: Surroundings) -> Loaded:
    """Never raises for what is wrong with the files: that is in the configuration."""
    # resolve() would follow a linked teleclaude.yml out of its project.
    absolute = Path(os.path.abspath(path))  # noqa: PTH100
    files = Files(absolute.parent, Survey(absolute.parent), Report())
    tree = files.read(str(absolute))
    drafts: tuple[Draft, ...] = ()
    if isinstance(tree, MapNode):
        project = read_project(tree, around)
        files.report.wrong(About(absolute.name), project.findings)
        drafts = _drafts(absolute, project, files)
        jobs = tuple(_results(drafts, files.report))
        config = _config(absolute, project, around.home, jobs, files.report)
    else:
        if tree is not None:
            message = f"the top level must be a map, not {describe(tree)}"
            files.report.wrong(About(absolute.name), [Finding(tree, message)])
        config = _unusable(absolute, around.home, files.report)
    return Loaded(config, files.survey.sources(), drafts)


def _unusable(path: Path, home: Path, report: Report) -> Config:
    return Config(
        root=path.parent,
        path=path,
        state_dir=state_dir_of(path, home),
        problems=report.problems(),
        fatal=True,
    )


def _drafts(path: Path, project: Project, files: Files) -> tuple[Draft, ...]:
    included = included_jobs(project.fields, str(path), project.settings, files)
    return (*_own_jobs(path.name, project, files), *included)


def _config(
    path: Path,
    project: Project,
    home: Path,
    jobs: tuple[Job | InvalidJob, ...],
    report: Report,
) -> Config:
    settings = project.settings
    daemon = project.fields.get(keys.DAEMON)
    socket = daemon.get(keys.SOCKET) if daemon is not None else None
    return Config(
        root=path.parent,
        path=path,
        state_dir=state_dir_of(path, home),
        timezone=settings.zones.project,
        pools=dict(settings.pools),
        roles=dict(settings.roles),
        gateways=dict(settings.gateways),
        daily=project.fields.get(keys.BUDGET) or NO_BUDGET,
        daemon=str(path.parent / expand_home(socket, home)) if socket else None,
        jobs=() if project.fatal else jobs,
        problems=report.problems(),
        warnings=report.warnings(),
        fatal=project.fatal,
    )


def _own_jobs(file: str, project: Project, files: Files) -> Iterator[Draft]:
    table = project.fields.get(keys.JOBS)
    entries = [*table.entries.values(), *table.repeated] if table is not None else []
    for entry in sorted(entries, key=lambda entry: entry.key.line):
        name = entry.key.text
        job_id = job_id_of(name)
        about = About(file, Code.JOB_INVALID_SPEC, job_id or None)
        if not job_id:
            message = f"{name!r} has no letter or digit for an id"
            files.report.wrong(about, [Finding(entry.key, message)])
            continue
        if job_id != name:
            message = f"{name!r} is no id of a job: it is taken as {job_id!r}"
            files.report.warn(about, [Finding(entry.key, message)])
        yield read_job(job_id, entry, about, project.settings, files.survey)


def _results(drafts: Iterable[Draft], report: Report) -> Iterator[Job | InvalidJob]:
    """Every id once, in the files' order, and its problems into the report."""
    by_id: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_id[draft.id].append(draft)
    for same in by_id.values():
        results = [_result(draft, _clash(draft, same), report) for draft in same]
        yield results[0]


def _clash(draft: Draft, same: list[Draft]) -> tuple[Finding, ...]:
    others = [
        str(other.about.where(other.place)) for other in same if other is not draft
    ]
    if not others:
        return ()
    message = f"{draft.id!r} is defined more than once: also in {', '.join(others)}"
    return (Finding(draft.place, message),)


def _result(
    draft: Draft, clash: tuple[Finding, ...], report: Report
) -> Job | InvalidJob:
    findings = (*clash, *draft.findings)
    report.wrong(draft.about, findings)
    report.warn(draft.about, draft.warnings)
    return draft.invalid(findings) if findings else draft.result()
