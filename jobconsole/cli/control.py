"""`pause`, `resume`, `disable`, `enable`, `skip` and `undo`: decisions about jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobconsole import decided
from jobconsole.cli.completion import complete_jobs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, duration, moment, placed
from runner import api
from runner.model.orders import Decision
from runner.model.views import JobState

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobconsole.cli.session import Session
    from runner.engine.control import Decided
    from runner.model.views import JobView

job_argument = click.argument("job", shell_complete=complete_jobs)
reason_option = click.option(
    "--reason", default="", metavar="TEXT", help="Why: it is kept and shown."
)


@click.command()
@job_argument
@click.option(
    "--until",
    metavar="TIME",
    help="2h from now, or a time (07:00, '2026-11-21 07:00'), itself included.",
)
@reason_option
@config_option
@click.pass_obj
def pause(session: Session, job: str, until: str | None, reason: str) -> int:
    """Let nothing of a job start by schedule, until you `resume` it.

    What falls due meanwhile is not caught up. By hand it can still be run.
    """
    with session.project() as project:
        end = None
        if until is not None:
            end = _end(session, until, api.zone(project), project.now())
        decision = Decision(session.surroundings.user(), reason, end)
        done = api.pause(project, job, decision)
    session.diagnostics.say(decided.paused(done))
    _tell_of_active(session, done.view)
    return ExitCode.FINE


@click.command()
@job_argument
@config_option
@click.pass_obj
def resume(session: Session, job: str) -> int:
    """Take `pause` back: what falls due from now on is started again."""
    done = _decided(session, job, api.resume)
    session.diagnostics.say(decided.resumed(done))
    return ExitCode.FINE


@click.command()
@job_argument
@reason_option
@config_option
@click.pass_obj
def disable(session: Session, job: str, reason: str) -> int:
    """Disable a job as `enabled: false` in the file would, until you `enable` it."""
    done = _decided(session, job, api.disable, reason)
    session.diagnostics.say(decided.disabled(done))
    _tell_of_active(session, done.view)
    return ExitCode.FINE


@click.command()
@job_argument
@config_option
@click.pass_obj
def enable(session: Session, job: str) -> int:
    """Take `disable` back. What the file says stays."""
    done = _decided(session, job, api.enable)
    session.diagnostics.say(decided.enabled(done))
    return ExitCode.FINE


@click.command()
@job_argument
@reason_option
@config_option
@click.pass_obj
def skip(session: Session, job: str, reason: str) -> int:
    """Let a job's next occurrence pass. Once more skips the one after it too."""
    with session.project() as project:
        decision = Decision(session.surroundings.user(), reason)
        skipped = api.skip(project, job, decision)
        view = api.job_detail(project, job).view
    session.diagnostics.say(decided.skipped(view, skipped))
    return ExitCode.FINE


@click.command()
@config_option
@click.pass_obj
def undo(session: Session) -> int:
    """Take back the last of your decisions that still counts; again the one before.

    With nothing to take back it says so, and exits with 0.
    """
    user = session.surroundings.user()
    with session.project() as project:
        undone = api.undo(project, user)
    session.diagnostics.say(decided.undone(undone, user))
    return ExitCode.FINE


def _decided(
    session: Session,
    job: str,
    decide: Callable[[api.Project, str, Decision], Decided],
    reason: str = "",
) -> Decided:
    with session.project() as project:
        return decide(project, job, Decision(session.surroundings.user(), reason))


def _end(session: Session, text: str, zone: str, now: int) -> int:
    """Epoch seconds of a time to come, or of a duration from now."""
    if ":" in text or "-" in text:
        end = placed(session, moment(text), zone, now)
    else:
        end = now + duration(text)
    if end <= now:
        message = f"--until {text}: that has passed already"
        raise click.BadParameter(message)
    return end


def _tell_of_active(session: Session, view: JobView) -> None:
    """What was queued before starts all the same."""
    if view.state in {JobState.QUEUED, JobState.RUNNING, JobState.RETRY_WAIT}:
        session.diagnostics.say(
            f"a run of it is {str(view.state).replace('_', ' ')} and goes on:"
            f" `jobconsole cancel {view.id}` stops it"
        )
