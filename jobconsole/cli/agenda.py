"""`next` and `agenda`: what is due, and when; what became of what was due."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import click

from jobconsole import words
from jobconsole.cli import agenda_page, documents
from jobconsole.cli.completion import complete_jobs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import (
    ascii_option,
    config_option,
    json_option,
    moment,
    placed,
)
from jobconsole.cli.table import Cell, Column, Row
from jobconsole.marks import Style
from runner import api
from runner.model.instants import local_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.cli.session import Session
    from runner.engine.browse import Fires
    from runner.model.agenda import Agenda
    from runner.model.errors import Json
    from runner.model.views import JobView

MOST = 1000
DAY = 86_400


@click.command("next")
@click.argument("job", required=False, shell_complete=complete_jobs)
@click.option(
    "--from",
    "start",
    type=moment,
    metavar="TIME",
    help="After 06:00 (the next), '2026-11-20 06:00', or with an offset as in RFC 3339;"
    " itself excluded.",
)
@click.option(
    "--count",
    type=click.IntRange(1, MOST),
    metavar="N",
    help="How many of each job (5 of one job, 1 of all).",
)
@json_option
@config_option
@click.pass_obj
def next_fires(
    session: Session,
    job: str | None,
    start: str | None,
    count: int | None,
    as_json: bool,
) -> int:
    """What is due next: of one job, or of all."""
    with session.project() as project:
        now = project.now()
        after = now
        if start is not None:
            after = placed(session, start, _zone(project, job), now)
        views = {view.id: view for view in api.list_jobs(project)}
        found = api.next_fires(project, job, after, count or (5 if job else 1))
    if job is None:
        found = [fires for fires in found if not idle_because(views[fires.job_id])]
    elif reason := idle_because(views[found[0].job_id]):
        session.diagnostics.warn(f"{job} is {reason}: none of these will run")
    timed = [
        _Timed(fires, _skipped(fires, views[fires.job_id], after)) for fires in found
    ]
    if as_json:
        shown = [_document(each) for each in timed]
        session.output.json(shown[0] if job else shown)
        return ExitCode.FINE
    rows = _rows(timed, now)
    if rows:
        columns = (Column("WHEN"), Column(""), Column("JOB", least=16), Column(""))
        session.output.table(columns, rows)
    else:
        session.diagnostics.say(
            f"{job} has no time to come" if job else "nothing is due"
        )
    return ExitCode.FINE


@click.command()
@click.option(
    "--from",
    "since",
    type=moment,
    metavar="TIME",
    help="From 06:00 on (the next; the latest with --past), '2026-11-20 06:00', or with"
    " an offset as in RFC 3339.",
)
@click.option(
    "--to",
    "until",
    type=moment,
    metavar="TIME",
    help="Up to 06:00 (the next after --from), or as for --from.",
)
@click.option("--past", is_flag=True, help="The last 24 hours instead of the next.")
@json_option
@ascii_option
@config_option
@click.pass_obj
def agenda(
    session: Session,
    since: str | None,
    until: str | None,
    past: bool,
    as_json: bool,
) -> int:
    """What falls due within 24 hours, and what gets in its way."""
    with session.project() as project:
        now = project.now()
        ends = _ends(session, api.zone(project), now, (since, until), past=past)
        start, end = _window(now, *ends, past=past)
        found = api.agenda(project, start, end)
    if as_json:
        session.output.json(agenda_page.document(found))
    else:
        _show(session, found)
    return ExitCode.FINE


def idle_because(view: JobView) -> str:
    """Why nothing that falls due of a job is run; empty for most jobs."""
    if view.problem is not None:
        return "invalid"
    if not view.enabled:
        return "disabled"
    paused = view.standing is not None and view.standing.until is None
    return "paused" if paused else ""


class _Timed(NamedTuple):
    """The fires of a job that will run, and those among them that are skipped."""

    fires: Fires
    skipped: list[int]


def _skipped(fires: Fires, view: JobView, after: int) -> list[int]:
    last = fires.instants[-1] if fires.instants else None
    return [
        instant
        for instant in view.skipped
        if instant > after and (last is None or instant < last)
    ]


def _document(timed: _Timed) -> Mapping[str, Json]:
    zone = timed.fires.zone
    skipped = [local_text(instant, zone) for instant in timed.skipped]
    return {**documents.fires(timed.fires), "skipped": skipped}


def _rows(found: list[_Timed], now: int) -> list[Row]:
    """All fires in the order of time, each on its job's own clock."""
    marked = sorted(
        (instant, fires.job_id, fires.zone, note)
        for fires, skipped in found
        for instants, note in ((fires.instants, ""), (skipped, "skipped"))
        for instant in instants
    )
    return [
        Row(
            [
                Cell(words.moment(instant, ZoneInfo(zone))),
                Cell(words.relative(instant, now), Style.FAINT),
                Cell(job_id, Style.STRONG),
                Cell(note, Style.ODD),
            ]
        )
        for instant, job_id, zone, note in marked
    ]


def _zone(project: api.Project, job: str | None) -> str:
    zone = api.job_detail(project, job).view.timezone if job else None
    return zone or api.zone(project)


def _ends(
    session: Session,
    zone: str,
    now: int,
    said: tuple[str | None, str | None],
    *,
    past: bool,
) -> tuple[int | None, int | None]:
    """Those of the window that are said, in seconds."""
    since, until = said
    start = None if since is None else placed(session, since, zone, now, ahead=not past)
    if until is None:
        return start, None
    if start is None:
        return None, placed(session, until, zone, now, ahead=not past)
    return start, placed(session, until, zone, start + 1)


def _window(
    now: int, start: int | None, end: int | None, *, past: bool
) -> tuple[int, int]:
    """In seconds. What is not said is 24 hours away from the other end."""
    if past and end is None and start is None:
        end = now + 1  # the second that has begun is part of the past
    if start is None:
        start = now if end is None or (end > now and not past) else end - DAY
    if end is None:
        end = start + DAY
    if end <= start:
        message = "the end is not after the beginning"
        raise click.BadParameter(message, param_hint="--to")
    return start, end


def _show(session: Session, found: Agenda) -> None:
    unicode = session.output.terminal.unicode
    rows = [agenda_page.past_row(it, found.now, unicode=unicode) for it in found.past]
    rows += [
        agenda_page.coming_row(it, found.now, unicode=unicode) for it in found.coming
    ]
    if rows:
        columns = (
            Column(""),
            Column("WHEN"),
            Column(""),
            Column("JOB", least=12),
            Column("", least=20),
        )
        session.output.table(columns, rows)
    else:
        session.diagnostics.say("nothing in that time")
    for remark in agenda_page.remarks(found):
        session.output.line(f"! {remark}")
