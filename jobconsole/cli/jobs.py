"""`list` and `show`: the jobs, and one of them as it was resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobconsole import marks, words
from jobconsole.cli import documents
from jobconsole.cli.completion import complete_jobs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.job_page import job_document, job_fields
from jobconsole.cli.options import ascii_option, config_option, json_option
from jobconsole.cli.table import Cell, Column, Row, mark_cell, shown
from jobconsole.marks import Style
from runner import api
from runner.model.run import RunStatus
from runner.model.text import one_line
from runner.model.views import JobState, JobView

if TYPE_CHECKING:
    from jobconsole.cli.session import Session

COLUMNS = (
    Column(""),
    Column("JOB", least=16),
    Column("KIND/ROLE", least=9),
    Column("SCHEDULE", least=10),
    Column("NEXT"),
    Column("LAST"),
)
FIRES_SHOWN = 3


@click.command("list")
@json_option
@ascii_option
@config_option
@click.pass_obj
def list_jobs(session: Session, as_json: bool) -> int:
    """The jobs: schedule in words, next run, last outcome."""
    with session.project() as project:
        views = api.list_jobs(project)
        now = project.now()
    if as_json:
        session.output.json([documents.job(view) for view in views])
        return ExitCode.FINE
    if not views:
        session.diagnostics.say(f"no jobs in {session.find_config()}")
        return ExitCode.FINE
    unicode = session.output.terminal.unicode
    session.output.table(COLUMNS, [row(view, now, unicode=unicode) for view in views])
    return ExitCode.FINE


@click.command()
@click.argument("job", shell_complete=complete_jobs)
@json_option
@ascii_option
@config_option
@click.pass_obj
def show(session: Session, job: str, as_json: bool) -> int:
    """One job as it was resolved: what runs, when, as whom, within which limits."""
    with session.project() as project:
        detail = api.job_detail(project, job)
        now = project.now()
        (fires,) = api.next_fires(project, detail.view.id, now, FIRES_SHOWN)
    if as_json:
        session.output.json(job_document(detail, fires))
        return ExitCode.FINE
    view = detail.view
    mark = shown(marks.job_mark(view), session.output.terminal)
    name = session.output.painted(view.id, Style.STRONG)
    said = detail.definition.job.description if detail.definition else ""
    session.output.line(
        f"{mark} {name}: {one_line(said)}" if said else f"{mark} {name}"
    )
    session.output.fields(job_fields(detail, fires, now))
    return ExitCode.FINE


def row(view: JobView, now: int, *, unicode: bool) -> Row:
    """A job in the table; what else is to be said of it stands below."""
    who = view.agent or view.kind or "-"
    cells = [
        mark_cell(marks.job_mark(view), unicode=unicode),
        Cell(view.id, Style.STRONG),
        Cell(f"{who}/{view.role}" if view.role else who),
        Cell(view.schedule),
        _next(view, now),
        _last(view, now),
    ]
    return Row(cells, _notes(view))


def _notes(view: JobView) -> list[str]:
    """What is wrong with a job, and what people decided about it."""
    notes = [words.standing(view)]
    if view.problem is not None:
        notes.append(f"{view.problem.where}: {view.problem.message}")
        notes.append(f"hint: {view.problem.hint}" if view.problem.hint else "")
    return [note for note in notes if note]


def _next(view: JobView, now: int) -> Cell:
    """When it runs next; a job that does something else right now says that."""
    if view.state is JobState.RUNNING and view.lock is not None:
        return Cell(f"running {words.coarse(max(now - view.lock.since_ms // 1000, 0))}")
    if view.state is not JobState.IDLE:
        return Cell(str(view.state).replace("_", " "))
    if view.next_at is None:
        return Cell("-", Style.FAINT)
    if view.next_at <= now:
        return Cell("due", Style.BUSY)
    return Cell(words.relative(view.next_at, now))


def _last(view: JobView, now: int) -> Cell:
    last = view.last_run
    if last is None:
        return Cell("never ran", Style.FAINT)
    when = words.relative(last.ended_ms / 1000, now)
    if last.status is RunStatus.SUCCEEDED:
        return Cell(f"ok {when}")
    return Cell(f"{words.OUTCOMES[last.status]} {when}", marks.RUNS[last.status].style)
