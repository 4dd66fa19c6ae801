"""The project itself, and the program that works on it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.doctor.findings import Code, Finding, Level, Subject, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobconsole.doctor.sight import Sight

_VALIDATE = "`jobconsole validate` shows every problem."


def check_project(sight: Sight) -> Iterator[Finding]:
    project = sight.project
    for problem in project.broken:
        yield _finding(Level.ERROR, Code.CONFIGURATION_BROKEN, problem, _VALIDATE)
    if project.invalid:
        message = f"invalid, so they never run: {named(project.invalid)}"
        yield _finding(Level.WARNING, Code.JOBS_INVALID, message, _VALIDATE)
    there, here = sight.there.process, sight.here.process
    if there.version != here.version:
        yield _finding(
            Level.WARNING,
            Code.VERSION_OTHER,
            f"jobconsole is {there.version} there ({there.python}), {here.version} here",
            "`jobconsole install` has the driver call this one.",
        )
    for name, why in sight.there.failed.items():
        message = f"{name} could not be looked at there: {why}"
        remedy = "Nothing is known of them: see whether the message tells why."
        yield _finding(Level.WARNING, Code.LOOK_FAILED, message, remedy)
    if not (project.broken or project.invalid):
        jobs = "1 job" if project.jobs == 1 else f"{project.jobs} jobs"
        message = f"{jobs}, jobconsole {there.version}, {there.python}"
        yield _finding(Level.OK, Code.PROJECT_OK, message)


def _finding(level: Level, code: Code, message: str, remedy: str = "") -> Finding:
    return Finding(level, Subject.PROJECT, code, message, remedy)
