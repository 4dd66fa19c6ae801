"""`status`: whether the tick is called, and in time."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from jobconsole import attended, driving, marks, words
from jobconsole.cli import documents
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import ascii_option, config_option, json_option
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.table import shown
from jobconsole.wiring import machine
from runner import api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobconsole.cli.session import Session
    from jobconsole.driving import Standing
    from launchd.service import Found
    from runner.model.errors import Json
    from runner.model.system import Attendance


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
        found = driving.standing(project, host)
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
        if it.service is not None:
            session.output.foreign(f"  {it.service.config}")
    if not found:
        session.diagnostics.say("nothing is installed")
    return ExitCode.FINE


def document(standing: Standing) -> Json:
    """The whole of it, for programs."""
    attendance = standing.attendance
    return {
        "schema": SCHEMA,
        "ok": standing.is_fine,
        "drivers": [_driver(found) for found in standing.found],
        "period_ms": attendance.period * 1000,
        "last_tick": documents.time(attendance.last_ms),
        "last_tick_by": attendance.driver,
        "next_tick": documents.time(attendance.next_ms),
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
            for it in standing.troubles
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


def _fields(standing: Standing, zone: ZoneInfo, now: int) -> Iterator[tuple[str, str]]:
    for found in standing.found:
        yield "driver", attended.driver(found)
        yield "", ", ".join(map(str, found.files))
        if found.service is not None:
            yield "calls", shlex.join(found.service.argv)
    attendance = standing.attendance
    if attendance.resident is not None:
        yield "resident", f"process {attendance.resident.pid}"
    yield from _ticks(attendance, zone, now)
    for number, gap in enumerate(attendance.gaps):
        yield "" if number else "away", attended.gap(gap, zone)


def _ticks(
    attendance: Attendance, zone: ZoneInfo, now: int
) -> Iterator[tuple[str, str]]:
    for name, ms in (("last tick", attendance.last_ms), ("next", attendance.next_ms)):
        if ms is not None:
            at = ms // 1000
            by = f", by {attendance.driver}" if name == "last tick" else ""
            when = f"{words.moment(at, zone)}, {words.relative(at, now)}"
            yield name, f"{when}{by}"
    if attendance.late_ms:
        ordered = sorted(attendance.late_ms)
        usual, worst = ordered[len(ordered) // 2], ordered[-1]
        text = f"{words.duration(usual)} usually, {words.duration(worst)} at the worst"
        yield "late", f"{text}, of the last {len(ordered)} ticks"


def _complain(session: Session, standing: Standing) -> None:
    terminal = session.diagnostics.terminal
    for trouble in standing.troubles:
        mark = marks.BAD if trouble.fatal else marks.WARNING
        session.diagnostics.status(shown(mark, terminal), trouble.text)
        session.diagnostics.say(f"  {trouble.hint}")
