"""`replay`: run again what ran before, as it was then."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import click

from jobconsole.cli.completion import complete_jobs_and_runs
from jobconsole.cli.follow import start
from jobconsole.cli.options import (
    ascii_option,
    config_option,
    detach_option,
    duration,
    role_option,
)
from runner import api
from runner.model.orders import ReplayOrder

if TYPE_CHECKING:
    from typing import Unpack

    from jobconsole.cli.session import Session
    from runner.engine.replay import Replayed


class Asked(TypedDict):
    """What `replay` is asked for."""

    run: str
    role: str | None
    timeout: int | None
    resume: bool
    detach: bool


@click.command()
@click.argument("run", metavar="RUN|JOB", shell_complete=complete_jobs_and_runs)
@role_option
@click.option("--timeout", type=duration, metavar="10m", help="Instead of that run's.")
@click.option(
    "--resume", is_flag=True, help="Let its agent go on in the session of then."
)
@detach_option
@ascii_option
@config_option
@click.pass_obj
def replay(session: Session, **asked: Unpack[Asked]) -> int:
    """Run again what ran before: its definition, arguments, timeout and role of then.

    For a job: its latest run. The rest is as with `run`.
    """
    order = ReplayOrder(
        session.surroundings.user(),
        asked["role"],
        asked["timeout"],
        resume=asked["resume"],
    )
    with session.project() as project:

        def submit() -> str:
            replayed = api.replay(project, asked["run"], order)
            if note := told(replayed):
                session.diagnostics.say(note)
            return replayed.run_id

        return start(session, project, submit, detach=asked["detach"])


def told(replayed: Replayed) -> str:
    """How what runs differs from the run of then, or from the job of now."""
    if replayed.as_now:
        return "what the job was then is not kept any more: it runs as it is now"
    if replayed.changed:
        return "the job has changed since: it runs as it was then"
    return ""
