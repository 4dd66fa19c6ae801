"""`history` and `runs`: what ran, and how it went."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypedDict

import click

from jobconsole import marks, words
from jobconsole.cli import documents
from jobconsole.cli.completion import complete_jobs, complete_jobs_and_runs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import (
    ascii_option,
    config_option,
    duration,
    json_option,
    moment,
    placed,
)
from jobconsole.cli.run_page import show_run
from jobconsole.cli.table import Cell, Column, Row, mark_cell
from jobconsole.marks import Style
from runner import api
from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery

if TYPE_CHECKING:
    from typing import Unpack

    from jobconsole.cli.session import Session
    from runner.model.activity import Activity
    from runner.model.views import RunView

COLUMNS = (
    Column(""),
    Column("RUN"),
    Column("JOB", least=12),
    Column("OUTCOME", least=9),
    Column("TOOK", right=True),
    Column("WHEN"),
    Column("TRIGGER", least=5),
)
DEFAULT_LIMIT = 20


def since(text: str) -> int | str:
    """How many seconds before now, or a time as people write it."""
    if "-" in text or ":" in text:
        return moment(text)
    if not text[:1].isdigit():
        message = "write 7d, 2h, 06:00 or 2026-11-20 06:00"
        raise click.BadParameter(message)
    return duration(text)


class Asked(TypedDict):
    """What `history` and `runs list` are asked for."""

    job: str | None
    limit: int
    status: tuple[str, ...]
    trigger: tuple[str, ...]
    since: int | str | None
    role: str | None
    before: str | None
    as_json: bool


@click.command()
@click.argument("job", required=False, shell_complete=complete_jobs)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    default=DEFAULT_LIMIT,
    show_default=True,
    help="How many at most.",
)
@click.option(
    "--status",
    type=click.Choice([str(status) for status in RunStatus]),
    multiple=True,
    help="Only those; may be repeated.",
)
@click.option(
    "--trigger",
    type=click.Choice([str(trigger).replace("_", "-") for trigger in Trigger]),
    multiple=True,
    help="Only what this started; may be repeated.",
)
@click.option(
    "--since",
    type=since,
    metavar="TIME",
    help="Queued within 7d or 2h, or since 06:00 (the latest), '2026-11-20 06:00', or with"
    " an offset as in RFC 3339.",
)
@click.option("--role", metavar="ROLE", help="Only those that acted as this role.")
@click.option(
    "--before",
    metavar="RUN",
    shell_complete=complete_jobs_and_runs,
    help="Only those older than this one.",
)
@json_option
@ascii_option
@config_option
@click.pass_obj
def history(session: Session, **asked: Unpack[Asked]) -> int:
    """Runs, the latest first: of one job, or of all."""
    with session.project() as project:
        now = project.now()
        page = api.history(project, _query(session, project, asked))
    if asked["as_json"]:
        session.output.json([documents.run(view) for view in page.runs])
        return ExitCode.FINE
    if not page.runs:
        session.diagnostics.say("no runs")
        return ExitCode.FINE
    unicode = session.output.terminal.unicode
    rows = [_row(view, now, unicode=unicode) for view in page.runs]
    session.output.table(COLUMNS, rows)
    if page.more:
        oldest = page.runs[-1].run_id
        session.output.flush()
        session.diagnostics.say(f"There are older ones: add --before {oldest}")
    return ExitCode.FINE


@click.group(invoke_without_command=True)
@click.pass_context
def runs(ctx: click.Context) -> int:
    """One run's receipt, or a list of runs (which is the same as history)."""
    if ctx.invoked_subcommand is not None:
        return ExitCode.FINE
    listed: int = ctx.invoke(history)
    return listed


runs.add_command(history, "list")


def _doing(project: api.Project, run_id: str) -> Activity:
    """What a run does at this moment."""
    from runner.engine.activity import Observer

    return api.activity(project, Observer(), run_id)


@runs.command("show")
@click.argument("run", shell_complete=complete_jobs_and_runs)
@json_option
@ascii_option
@config_option
@click.pass_obj
def show(session: Session, run: str, as_json: bool) -> int:
    """One run's receipt; RUN may be a job: then its latest run."""
    with session.project() as project:
        view = api.resolve_run(project, run)
        detail = api.run_detail(project, view.run_id)
        now = project.now()
        running = view.status is RunStatus.RUNNING
        doing = _doing(project, view.run_id) if running else None
    if not as_json:
        show_run(session, detail, now, doing)
    elif detail.receipt is not None:
        session.output.json(json.loads(detail.receipt))
    else:
        session.output.json(documents.unfinished(view, str(detail.folder.path)))
    return ExitCode.FINE


def _since_ms(
    session: Session, project: api.Project, asked: int | str | None
) -> int | None:
    if isinstance(asked, str):
        zone, now = api.zone(project), project.now()
        return placed(session, asked, zone, now, ahead=False) * 1000
    return None if asked is None else project.clock.wall_ms() - asked * 1000


def _query(session: Session, project: api.Project, asked: Asked) -> HistoryQuery:
    before = asked["before"]
    return HistoryQuery(
        job_id=asked["job"],
        statuses=tuple(RunStatus(status) for status in asked["status"]),
        role=asked["role"],
        since_ms=_since_ms(session, project, asked["since"]),
        before_seq=api.resolve_run(project, before).seq if before else None,
        limit=asked["limit"],
        triggers=tuple(Trigger(it.replace("-", "_")) for it in asked["trigger"]),
    )


def _row(view: RunView, now: int, *, unicode: bool) -> Row:
    at = view.ended_ms or view.started_ms or view.queued_ms
    took = "" if view.duration_ms is None else words.duration(view.duration_ms)
    mark = marks.RUNS[view.status]
    return Row(
        [
            mark_cell(mark, unicode=unicode),
            Cell(view.run_id, Style.FAINT),
            Cell(view.job_id, Style.STRONG),
            Cell(words.outcome(view), mark.style),
            Cell(took),
            Cell(words.relative(at / 1000, now)),
            Cell(str(view.trigger).replace("_", "-")),
        ]
    )
