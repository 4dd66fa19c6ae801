"""`up`: keep running in the foreground, and start everything on time."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, period
from jobconsole.cli.tick import done, tell
from runner import api
from runner.model.system import Leaving

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobconsole.cli.session import Session
    from runner.engine.tick import TickReport


@click.command()
@click.option(
    "--every",
    type=period,
    default="5m",
    metavar="DURATION",
    help="How often to make a whole pass besides (5m).",
)
@config_option
@click.pass_obj
def up(session: Session, every: int) -> int:
    """Keep running: every instant is met within some milliseconds.

    Ending it (Ctrl-C, SIGTERM) ends nothing else: runs go on, and a tick by somebody
    else does no harm.
    """
    with session.opened() as project:
        interactive = session.output.terminal.interactive
        if interactive:
            session.diagnostics.say("starting what falls due; Ctrl-C ends it")
        gc.enable()
        left = api.stay(project, every, _teller(session, project, interactive))
    if left is Leaving.SUPERSEDED:
        session.diagnostics.say("another version of jobconsole took over; leaving")
    elif interactive:
        session.diagnostics.say("ended; what runs goes on")
    return ExitCode.FINE


def _teller(
    session: Session, project: api.Project, interactive: bool
) -> Callable[[TickReport], None]:
    """Troubles go to standard error, for a log; a person sees what is done too."""

    def told(report: TickReport) -> None:
        tell(session, report)
        if interactive:
            for line in done(project, report):
                session.output.line(line)
            session.output.flush()

    return told
