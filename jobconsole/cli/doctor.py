"""`doctor`: what jobs will find where they really run, compared with this shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import ascii_option, config_option, json_option
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.table import shown, wrap
from jobconsole.doctor.ending import ending_tidily
from jobconsole.doctor.examine import examine, unusable
from jobconsole.doctor.findings import Context, Diagnosis, Level
from jobconsole.marks import BAD, GOOD, NEVER_RAN, Mark, Style
from jobconsole.wiring import machine
from runner import api
from runner.model.errors import ConfigInvalidError, StateUnavailableError
from runner.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.cli.session import Session
    from jobconsole.doctor.findings import Finding
    from runner.model.errors import Json

MARKS = {
    Level.OK: GOOD,
    Level.NOTE: NEVER_RAN,
    Level.WARNING: Mark("!", "!", Style.ODD),
    Level.ERROR: BAD,
}
COUNTED = (
    (Level.ERROR, "error", "errors"),
    (Level.WARNING, "warning", "warnings"),
    (Level.NOTE, "note", "notes"),
    (Level.OK, "fine", "fine"),
)
_WIDEST = 100
_INDENT = "    "


@click.command()
@click.option(
    "--in",
    "context",
    type=click.Choice([str(it) for it in Context]),
    help="Where to look from; otherwise where this project's tick is called.",
)
@json_option
@ascii_option
@config_option
@click.pass_obj
def doctor(session: Session, context: str | None, as_json: bool) -> int:
    """What jobs will find where they really run, compared with this shell.

    Every finding has its remedy. Exit code 1 where there are errors.
    """
    diagnosis = _examined(session, Context(context) if context else None)
    if as_json:
        session.output.json(document(diagnosis))
    else:
        _show(session, diagnosis)
    return ExitCode.FAILED if diagnosis.count(Level.ERROR) else ExitCode.FINE


def _examined(session: Session, context: Context | None) -> Diagnosis:
    from jobconsole.doctor.wiring import request_for

    here = machine(session.surroundings)
    try:
        with session.opened() as project:
            api.refresh(project)
            request = request_for(project, here, context, session.diagnostics.say)
            with ending_tidily():
                return examine(project, here, request)
    except (ConfigInvalidError, StateUnavailableError) as error:
        return unusable(error, context or Context.SHELL)


def _show(session: Session, diagnosis: Diagnosis) -> None:
    output = session.output
    subject = None
    for finding in diagnosis.findings:
        if finding.subject is not subject:
            subject = finding.subject
            output.line(output.painted(str(subject), Style.STRONG))
        _tell(session, finding)
    counted = [
        f"{number} {one if number == 1 else more}"
        for level, one, more in COUNTED
        if (number := diagnosis.count(level))
    ]
    output.line(f"looked at from {diagnosis.context}: {', '.join(counted)}")


def _tell(session: Session, finding: Finding) -> None:
    output = session.output
    width = min(output.terminal.width, _WIDEST)
    first, *more = wrap(one_line(finding.message), width, _INDENT)
    output.line(f"  {shown(MARKS[finding.level], output.terminal)} {first.lstrip()}")
    for line in more:
        output.line(line)
    for line in wrap(one_line(finding.remedy), width, _INDENT):
        output.line(output.painted(line, Style.FAINT))


def document(diagnosis: Diagnosis) -> Mapping[str, Json]:
    return {
        "schema": SCHEMA,
        "context": str(diagnosis.context),
        "findings": [
            {
                "level": str(it.level),
                "subject": str(it.subject),
                "code": str(it.code),
                "message": it.message,
                "remedy": it.remedy,
                "data": it.data,
            }
            for it in diagnosis.findings
        ],
        "facts_here": msgspec.to_builtins(diagnosis.here),
        "facts_there": msgspec.to_builtins(diagnosis.there),
    }
