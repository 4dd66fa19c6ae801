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
    instant,
    json_option,
)
from runner import api
from runner.model.simulation import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from jobconsole.cli.session import Session
    from runner.model.simulation import Simulated

Span = tuple[int, int]


class Asked(TypedDict):
    """What `simulate` is asked for."""

    start_ms: int | None
    seconds: int
    names: tuple[str, ...]
    downs: tuple[Span, ...]
    as_json: bool


def _down(text: str) -> Span:
    """Epoch seconds [from, to), written as two instants with a slash between them."""
    start, slash, end = text.partition("/")
    if not slash:
        message = f"{text} is not FROM/TO"
        raise click.BadParameter(message)
    span = instant(start) // 1000, instant(end) // 1000
    if span[0] >= span[1]:
        message = "its end is not after its beginning"
        raise click.BadParameter(message)
    return span


@click.command()
@click.option(
    "--from",
    "start_ms",
    type=instant,
    metavar="TIME",
    help="From this instant on, at which nothing runs and nothing is overdue."
    " Without it: from now on, as things stand.",
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
    help="The machine is off or asleep then. May be given several times.",
)
@json_option
@ascii_option
@config_option
@click.pass_obj
def simulate(session: Session, **asked: Unpack[Asked]) -> int:
    """What would happen: every fire, and what gets in its way.

    By the configuration and the state as they are; nothing is started and nothing
    kept. Each run is taken to last as long as its job's usually do, and to succeed.
    The same question of the same state has the same answer if --from is given.
    With --json each event is an object on a line of its own; the last line sums up.
    """
    with session.project() as project:
        scenario = _scenario(project, asked)
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


def _scenario(project: api.Project, asked: Asked) -> Scenario:
    start_ms = asked["start_ms"]
    start = project.now() if start_ms is None else start_ms // 1000
    return Scenario(
        start=start,
        end=start + asked["seconds"],
        at_rest=start_ms is not None,
        downs=asked["downs"],
        jobs=tuple(api.job_detail(project, name).view.id for name in asked["names"]),
    )


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
