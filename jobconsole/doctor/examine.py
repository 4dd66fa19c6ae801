"""Examines a project: looks here and there, compares, and tells what it found."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jobconsole.doctor.checks.drivers import check_drivers
from jobconsole.doctor.checks.environment import check_environment
from jobconsole.doctor.checks.logins import check_logins
from jobconsole.doctor.checks.machine import check_limits, check_machine
from jobconsole.doctor.checks.places import check_places
from jobconsole.doctor.checks.programs import check_programs
from jobconsole.doctor.checks.project import check_project
from jobconsole.doctor.context import Errand, Returned, send
from jobconsole.doctor.drivers import ask_drivers, interpreter_of, service_environment
from jobconsole.doctor.findings import (
    Code,
    Context,
    Diagnosis,
    Finding,
    Level,
    Subject,
    in_order,
)
from jobconsole.doctor.probe import gather
from jobconsole.doctor.project import about, patient_of
from jobconsole.doctor.questions import questions_about
from jobconsole.doctor.secrets import hidden, secrets_of
from jobconsole.doctor.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobconsole.doctor.drivers import Called
    from jobconsole.doctor.facts import Facts, Questions
    from launchd.machine import Machine
    from launchd.service import Backend
    from runner.api import Project
    from runner.model.errors import JobconsoleError

_CHECKS = (
    check_programs,
    check_logins,
    check_environment,
    check_places,
    check_limits,
    check_machine,
)
"""Of what was seen there; the project and its drivers are looked at in any case."""


class Request(NamedTuple):
    """What is asked of the doctor. `context` None: where this project is called from.

    `backends` are all there are here, usable or not. `environment` are the variables
    that a driver gives to the service of this project.
    """

    context: Context | None
    backends: Sequence[Backend]
    called: Called
    environment: Callable[[Backend], Mapping[str, str]]
    say: Callable[[str], None]


def examine(project: Project, machine: Machine, request: Request) -> Diagnosis:
    """All that is found, without a secret in it."""
    context = request.context or request.called.context or Context.SHELL
    patient = patient_of(project, machine.environment)
    questions = questions_about(patient)
    usable = [backend for backend in request.backends if not backend.obstacle()]
    journal = partial(_journal, machine)
    drivers = ask_drivers(project.config, usable, request.called, context, journal)
    here = _look_here(questions, machine, versions=context is Context.SHELL)
    returned = Returned(here, ())
    if context is not Context.SHELL:
        returned = _look_there(project, machine, request, questions, context)
    there = returned.facts
    facts = about(project, patient, machine.home)
    sight = Sight(context, here, there or here, facts)
    findings = [*check_drivers(drivers), *returned.findings, *check_project(sight)]
    if there is not None:
        findings += [finding for check in _CHECKS for finding in check(sight)]
    diagnosis = Diagnosis(context, in_order(findings), here, there)
    return hidden(diagnosis, secrets_of(patient))


def unusable(error: JobconsoleError, context: Context) -> Diagnosis:
    """Of a project that cannot be opened: there is nothing to look at."""
    finding = Finding(
        Level.ERROR,
        Subject.PROJECT,
        Code.PROJECT_UNUSABLE,
        error.message,
        error.hint,
        {"code": str(error.code)},
    )
    return Diagnosis(context, (finding,))


def _look_here(questions: Questions, machine: Machine, *, versions: bool) -> Facts:
    """Programs are asked for their versions once, where they will run."""
    asked = msgspec.structs.replace(questions, versions=versions)
    with tempfile.TemporaryDirectory(prefix="jobconsole-doctor-") as scratch:
        return gather(asked, machine.environment, Path(scratch), clock=machine.clock)


def _look_there(
    project: Project,
    machine: Machine,
    request: Request,
    questions: Questions,
    context: Context,
) -> Returned:
    backend = next(it for it in request.backends if str(it.driver) == context)
    if obstacle := backend.obstacle():
        finding = Finding(
            Level.ERROR,
            Subject.DRIVER,
            Code.PROBE_REFUSED,
            obstacle,
            "Ask for another context with `--in`.",
        )
        return Returned(None, (finding,))

    errand = Errand(
        config=project.config,
        python=interpreter_of(request.called, context),
        environment=service_environment(
            request.called, context, request.environment(backend)
        ),
        questions=questions,
        clock=machine.clock,
        say=request.say,
        journal=partial(_journal, machine),
    )
    return send(backend, errand)


def _journal(machine: Machine, label: str) -> str:
    words = ("--user", "--unit", f"{label}.service", "--lines", "5")
    said = machine.ask("journalctl", *words, "--output", "cat", "--no-pager")
    return said.output if said.exit_code == 0 else ""
