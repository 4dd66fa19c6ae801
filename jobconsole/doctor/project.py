"""What the index knows of the project that is examined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.doctor.questions import Patient
from jobconsole.doctor.sight import ProjectFacts
from jobconsole.doctor.variables import expected_variables
from runner import api
from runner.model.definition import decode_definition
from runner.model.views import JobState
from runner.process.environment import is_usual
from runner.store import jobs, meta

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.api import Project


def patient_of(project: Project, shell: Mapping[str, str]) -> Patient:
    """What disabled jobs lack does not matter."""
    disabled = {
        view.id for view in api.list_jobs(project) if view.state is JobState.DISABLED
    }
    base = api.environment(project)
    definitions = map(decode_definition, jobs.definitions(project.index))
    return Patient(
        config=project.config,
        state=project.state.root,
        base=base,
        shell=shell,
        jobs=tuple(
            (definition, expected_variables(definition, base))
            for definition in definitions
            if definition.job.id not in disabled
        ),
    )


def about(project: Project, patient: Patient, home: Path) -> ProjectFacts:
    views = api.list_jobs(project)
    return ProjectFacts(
        config=project.config,
        base={name: it for name, it in patient.base.items() if is_usual(name)},
        zone=meta.get(project.index, meta.ZONE) or None,
        jobs=len(patient.jobs),
        broken=tuple(api.broken_configuration(project)),
        invalid=tuple(it.id for it in views if it.state is JobState.INVALID),
        unpassed=_unpassed(patient),
        home=home,
    )


def _unpassed(patient: Patient) -> tuple[tuple[str, tuple[str, ...]], ...]:
    wanted: dict[str, list[str]] = {}
    for definition, variables in patient.jobs:
        for name in variables.unknown:
            wanted.setdefault(name, []).append(definition.job.id)
    return tuple((name, tuple(ids)) for name, ids in sorted(wanted.items()))
