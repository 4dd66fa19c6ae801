"""`next`: what is due, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from jobconsole import words
from jobconsole.cli import documents
from jobconsole.cli.completion import complete_jobs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, instant, json_option
from jobconsole.cli.table import Cell, Column, Row
from jobconsole.marks import Style
from runner import api

if TYPE_CHECKING:
    from jobconsole.cli.session import Session
    from runner.engine.browse import Fires
    from runner.model.views import JobView

MOST = 1000


@click.command("next")
@click.argument("job", required=False, shell_complete=complete_jobs)
@click.option(
    "--from",
    "after_ms",
    type=instant,
    metavar="TIME",
    help="After this instant, itself excluded (2026-10-25T02:30:00+01:00).",
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
    after_ms: int | None,
    count: int | None,
    as_json: bool,
) -> int:
    """What is due next: of one job, or of all."""
    with session.project() as project:
        now = project.now()
        after = now if after_ms is None else after_ms // 1000
        views = {view.id: view for view in api.list_jobs(project)}
        found = api.next_fires(project, job, after, count or (5 if job else 1))
    if job is None:
        found = [fires for fires in found if not idle_because(views[fires.job_id])]
    elif reason := idle_because(views[found[0].job_id]):
        session.diagnostics.warn(f"{job} is {reason}: none of these will run")
    if as_json:
        shown = [documents.fires(fires) for fires in found]
        session.output.json(shown[0] if job else shown)
        return ExitCode.FINE
    rows = _rows(found, now)
    if rows:
        columns = (Column("WHEN"), Column(""), Column("JOB", least=16))
        session.output.table(columns, rows)
    else:
        session.diagnostics.say(
            f"{job} has no time to come" if job else "nothing is due"
        )
    return ExitCode.FINE


def idle_because(view: JobView) -> str:
    """Why nothing that falls due of a job is run; empty for most jobs."""
    if view.problem is not None:
        return "invalid"
    return "" if view.enabled else "disabled"


def _rows(found: list[Fires], now: int) -> list[Row]:
    """All fires in the order of time, each on its job's own clock."""
    fires = sorted(
        (instant, fires.job_id, fires.zone)
        for fires in found
        for instant in fires.instants
    )
    return [
        Row(
            [
                Cell(words.moment(instant, ZoneInfo(zone))),
                Cell(words.relative(instant, now), Style.FAINT),
                Cell(job_id, Style.STRONG),
            ]
        )
        for instant, job_id, zone in fires
    ]
