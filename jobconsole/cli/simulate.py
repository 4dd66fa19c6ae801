"""`simulate`: what would happen in a window of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import click

from jobconsole.cli import simulate_page
from jobconsole.cli.completion import complete_jobs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import (
    ascii_option,
    config_option,
    duration,
    json_option,
    moment,
    placed,
)
from runner import api
from runner.model.simulation import Scenario
from runner.schedule.wall import LATEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from jobconsole.cli.session import Session
    from runner.model.simulation import Simulated


class Asked(TypedDict):
    """What `simulate` is asked for."""

    start: str | None
    seconds: int
    names: tuple[str, ...]
    downs: tuple[tuple[str, str], ...]
    as_json: bool


def _down(text: str) -> tuple[str, str]:
    """Two times with a slash between them."""
    start, slash, end = text.partition("/")
    if not slash:
        message = f"{text} is not FROM/TO: write 01:00/07:30, or each as for --from"
        raise click.BadParameter(message)
    return moment(start), moment(end)


@click.command()
@click.option(
    "--from",
    "start",
    type=moment,
    metavar="TIME",
    help="From 06:00 (the next), '2026-11-20 06:00', or with an offset as in RFC 3339;"
    " nothing runs and nothing is overdue then. Without it: from now on, as things"
    " stand.",
)
@click.option(
    "--for",
    "seconds",
    type=duration,
    default="24h",
    show_default=True,
    metavar="DURATION",
    help="How much time passes (90m, 3d).",
)
@click.option(
    "--job",
    "names",
    multiple=True,
    metavar="JOB",
    shell_complete=complete_jobs,
    help="Tell of this job only; of several, name each.",
)
@click.option(
    "--down",
    "downs",
    type=_down,
    multiple=True,
    metavar="FROM/TO",
    help="The machine is off or asleep then (01:00/07:30, or whole times as for"
    " --from). May be given several times.",
)
@json_option
@ascii_option
@config_option
@click.pass_obj
def simulate(session: Session, **asked: Unpack[Asked]) -> int:
    """What would happen: every fire, and what gets in its way.

    By the configuration and the state as they are; nothing is started and nothing
    kept. Each run is taken to last as long as its job's usually do, and to succeed.
    The same question of the same state has the same answer if --from names a day.
    With --json each event is an object on a line of its own; the last line sums up.
    """
    with session.project() as project:
        scenario = _scenario(session, project, asked)
        column = max((len(view.id) for view in api.list_jobs(project)), default=0)
        events = api.simulate(project, scenario)
    tally = simulate_page.Tally()
    if asked["as_json"]:
        _write_json(session, events, tally)
        session.output.json(tally.document(scenario), compact=True)
    else:
        _write_lines(session, events, tally, column)
        session.output.line(str(tally))
    return ExitCode.FINE


def _scenario(session: Session, project: api.Project, asked: Asked) -> Scenario:
    zone, start = api.zone(project), project.now()
    if asked["start"] is not None:
        start = placed(session, asked["start"], zone, start)
    end = start + asked["seconds"]
    if end > LATEST:
        message = "it would end after the year 9997"
        raise click.BadParameter(message, param_hint="--for")
    return Scenario(
        start=start,
        end=end,
        at_rest=asked["start"] is not None,
        downs=tuple(_span(session, it, zone, start) for it in asked["downs"]),
        jobs=tuple(api.job_detail(project, name).view.id for name in asked["names"]),
    )


def _span(
    session: Session, times: tuple[str, str], zone: str, after: int
) -> tuple[int, int]:
    """Epoch seconds [from, to); of times of day the first ones after an instant."""
    start = placed(session, times[0], zone, after)
    end = placed(session, times[1], zone, start + 1)
    if start >= end:
        message = "its end is not after its beginning"
        raise click.BadParameter(message, param_hint="--down")
    return start, end


def _write_json(
    session: Session, events: Iterator[Simulated], tally: simulate_page.Tally
) -> None:
    for event in events:
        tally.add(event)
        session.output.json(simulate_page.document(event), compact=True)


def _write_lines(
    session: Session,
    events: Iterator[Simulated],
    tally: simulate_page.Tally,
    column: int,
) -> None:
    for event in events:
        tally.add(event)
        text = simulate_page.line(event, column, session.output.terminal)
        session.output.line(text)
