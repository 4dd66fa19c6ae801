"""`status`: whether the tick is called, and in time."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from jobconsole import attended, driving, marks
from jobconsole.cli import documents
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import ascii_option, config_option, json_option
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.table import shown
from jobconsole.standing import Standing, standing
from jobconsole.wiring import machine
from runner import api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobconsole.cli.session import Session
    from launchd.service import Found
    from runner.model.errors import Json


@click.command()
@click.option(
    "--all", "of_all", is_flag=True, help="What is installed for any project."
)
@json_option
@ascii_option
@config_option
@click.pass_obj
def status(session: Session, of_all: bool, as_json: bool) -> int:
    """Whether the tick is called, and in time. Exit code 1 where it is not."""
    host = machine(session.surroundings)
    if of_all:
        return _show_all(session, driving.everything(host), as_json=as_json)
    with session.project() as project:
        found = standing(project, host)
        zone, now = ZoneInfo(api.zone(project)), project.now()
    if as_json:
        session.output.json(document(found))
    else:
        session.output.fields(list(_fields(found, zone, now)))
        _complain(session, found)
    return ExitCode.FINE if found.is_fine else ExitCode.FAILED


def _show_all(session: Session, found: list[Found], *, as_json: bool) -> int:
    if as_json:
        session.output.json({"schema": SCHEMA, "drivers": [*map(_driver, found)]})
        return ExitCode.FINE
    for it in found:
        session.output.line(attended.driver(it))
        if it.service is not None and it.service.config is not None:
            gone = "" if Path(it.service.config).exists() else ", which is gone"
            session.output.foreign(f"  {it.service.config}{gone}")
    if not found:
        session.diagnostics.say("nothing is installed")
    return ExitCode.FINE


def document(told: Standing) -> Json:
    """The whole of it, for programs."""
    attendance = told.attendance
    return {
        "schema": SCHEMA,
        "ok": told.is_fine,
        "drivers": [_driver(found) for found in told.found],
        "period_ms": attendance.period * 1000,
        "last_tick": documents.time(attendance.last_ms),
        "last_tick_by": attendance.driver,
        "next_tick": documents.time(told.next_ms),
        "overdue_ms": attendance.overdue_ms,
        "late_ms": list(attendance.late_ms),
        "resident_pid": attendance.resident.pid if attendance.resident else None,
        "gaps": [documents.gap(gap) for gap in attendance.gaps],
        "troubles": [
            {
                "code": str(it.code),
                "message": it.text,
                "hint": it.hint,
                "fatal": it.fatal,
            }
            for it in told.troubles
        ],
    }


def _driver(found: Found) -> Json:
    service = found.service
    return {
        "driver": str(found.driver),
        "label": found.label,
        "config": service.config if service else None,
        "files": [str(path) for path in found.files],
        "argv": list(service.argv) if service else None,
        "kind": str(service.kind) if service else None,
        "every_ms": service.every * 1000 if service else None,
        "loaded": found.loaded,
        "enabled": found.enabled,
        "state": found.state,
    }


def _fields(told: Standing, zone: ZoneInfo, now: int) -> Iterator[tuple[str, str]]:
    for found in told.found:
        yield "driver", attended.driver(found)
        yield "", ", ".join(map(str, found.files))
        if found.service is not None:
            yield "calls", shlex.join(found.service.argv)
    yield from attended.ticks(told.attendance, told.next_ms, zone, now)
    for number, gap in enumerate(told.attendance.gaps):
        yield "" if number else "away", attended.gap(gap, zone)


def _complain(session: Session, told: Standing) -> None:
    terminal = session.diagnostics.terminal
    for trouble in told.troubles:
        mark = marks.BAD if trouble.fatal else marks.WARNING
        session.diagnostics.status(shown(mark, terminal), trouble.text)
        session.diagnostics.say(f"  {trouble.hint}")
