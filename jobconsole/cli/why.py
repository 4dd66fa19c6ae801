"""`why`: why a job ran at an instant, or did not, or will."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from jobconsole import marks, words
from jobconsole.cli import documents
from jobconsole.cli.completion import complete_jobs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import ascii_option, config_option, json_option, moment
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.table import shown
from jobconsole.marks import Mark, Style
from runner import api
from runner.model.account import Explanation, Verdict
from runner.model.instants import local_text
from runner.model.text import one_line

if TYPE_CHECKING:
    from jobconsole.cli.session import Session
    from runner.model.errors import Json

MARKS: dict[Verdict, Mark] = {
    Verdict.DECLINED: marks.STOPPED,
    Verdict.NOT_STARTED: marks.STOPPED,
    Verdict.SKIPPED_AHEAD: marks.STOPPED,
    Verdict.HELD_BACK: marks.STOPPED,
    Verdict.UNDECIDED: marks.UNKNOWN,
    Verdict.COMING: marks.QUEUED,
}
"""Where a run does not tell it better."""


@click.command()
@click.argument("job", shell_complete=complete_jobs)
@click.option(
    "--at",
    type=moment,
    metavar="TIME",
    help="06:00 (the latest), '2026-11-20 06:00', or with an offset as in RFC 3339.",
)
@json_option
@ascii_option
@config_option
@click.pass_obj
def why(session: Session, job: str, at: str | None, as_json: bool) -> int:
    """Why a job ran or did not: its latest occurrence, or the one at a time."""
    with session.project() as project:
        instant = None if at is None else _instant(session, project, job, at)
        found = api.why(project, job, instant)
    if as_json:
        session.output.json(document(found))
        return ExitCode.FINE
    mark = marks.RUNS[found.run.status] if found.run else _mark(found)
    name = session.output.painted(found.job_id, Style.STRONG)
    answer = one_line(found.answer)
    session.output.line(f"{shown(mark, session.output.terminal)} {name}: {answer}")
    session.output.fields([*found.facts, *_coming(found), ("hint", found.hint)])
    return ExitCode.FINE


def document(found: Explanation) -> Json:
    """What `why --json` prints; times are local to the job's zone."""
    zone = found.zone
    return {
        "schema": SCHEMA,
        "job": found.job_id,
        "timezone": zone,
        "instant": None if found.instant is None else local_text(found.instant, zone),
        "verdict": str(found.verdict),
        "answer": found.answer,
        "facts": [{"name": name, "text": text} for name, text in found.facts],
        "hint": found.hint,
        "gap": None if found.gap is None else documents.gap(found.gap),
        "run": None if found.run is None else documents.run(found.run),
        "fires": [
            {
                "at": local_text(fire.instant, zone),
                "obstacle": fire.obstacle and str(fire.obstacle),
            }
            for fire in found.fires
        ],
    }


def _instant(session: Session, project: api.Project, job: str, text: str) -> int:
    named = api.instant_for(project, job, text)
    if named.note:
        session.diagnostics.say(named.note)
    return named.instant


def _mark(found: Explanation) -> Mark:
    return MARKS.get(found.verdict, marks.NEVER_RAN)


def _coming(found: Explanation) -> list[tuple[str, str]]:
    zone = ZoneInfo(found.zone)
    lines: list[str] = []
    for fire in found.fires:
        when = words.moment(fire.instant, zone)
        how = fire.obstacle or words.relative(fire.instant, found.now)
        lines.append(f"{when}, {how}")
    return [("next" if i == 0 else "", line) for i, line in enumerate(lines)]
