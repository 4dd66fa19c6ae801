"""`run` and `cancel`: start a job and follow it; stop one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import click

from jobconsole import words
from jobconsole.cli.completion import complete_jobs, complete_jobs_and_runs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.follow import start
from jobconsole.cli.options import (
    ascii_option,
    binding,
    config_option,
    detach_option,
    duration,
    role_option,
)
from runner import api
from runner.model.orders import Order
from runner.model.run import ACTIVE, RunStatus
from runner.model.views import HistoryQuery

if TYPE_CHECKING:
    from typing import Unpack

    from jobconsole.cli.session import Session
    from runner.model.views import RunView

MOST_CANCELLED = 1000


class Asked(TypedDict):
    """What `run` is asked for."""

    job: str
    words: tuple[str, ...]
    arg: tuple[str, ...]
    role: str | None
    timeout: int | None
    param: tuple[tuple[str, str], ...]
    detach: bool


@click.command()
@click.argument("job", shell_complete=complete_jobs)
@click.argument("words", nargs=-1, metavar="[-- ARGS...]")
@click.option(
    "--arg", multiple=True, metavar="ARG", help="One of ARGS; may be repeated."
)
@role_option
@click.option("--timeout", type=duration, metavar="10m", help="Instead of the job's.")
@click.option(
    "--param",
    type=binding,
    multiple=True,
    metavar="NAME=VALUE",
    help="For a blank of its prompt; may be repeated.",
)
@detach_option
@ascii_option
@config_option
@click.pass_obj
def run(session: Session, **asked: Unpack[Asked]) -> int:
    """Run a job now, stream its output, and exit by its outcome.

    ARGS replace the job's own. Ctrl-C asks the run to stop, a second one kills it.
    If the terminal goes away, the run goes on.
    """
    args = (*asked["arg"], *asked["words"])
    order = Order(
        job_id=asked["job"],
        actor_user=session.surroundings.user(),
        role=asked["role"],
        args=args or None,
        timeout=asked["timeout"],
        params=asked["param"],
    )
    with session.project() as project:
        return start(
            session,
            project,
            lambda: api.submit(project, order),
            detach=asked["detach"],
        )


@click.command()
@click.argument("run", metavar="RUN|JOB", shell_complete=complete_jobs_and_runs)
@click.option("--kill", is_flag=True, help="Kill it at once.")
@config_option
@click.pass_obj
def cancel(session: Session, run: str, kill: bool) -> int:
    """Stop a run, or every run of a job that has not ended."""
    with session.project() as project:
        for view in _meant(project, run):
            done = api.cancel(
                project, view.run_id, actor=session.surroundings.user(), kill=kill
            )
            session.diagnostics.say(_told(project, done.view, done.was_active, kill))
    return ExitCode.FINE


def _meant(project: api.Project, reference: str) -> list[RunView]:
    """A run by its id; of a job all that have not ended, or else its latest."""
    view = api.resolve_run(project, reference)
    if view.run_id.startswith(reference):
        return [view]
    query = HistoryQuery(job_id=view.job_id, statuses=ACTIVE, limit=MOST_CANCELLED)
    return api.history(project, query).runs or [view]


def _told(project: api.Project, before: RunView, was_active: bool, kill: bool) -> str:
    run = f"{before.run_id} of {before.job_id}"
    if not was_active:
        return f"{run} had ended already: {words.outcome(before)}"
    if api.resolve_run(project, before.run_id).status is RunStatus.CANCELLED:
        return f"{run} is cancelled"
    return f"{run} is being killed" if kill else f"{run} was asked to stop"
