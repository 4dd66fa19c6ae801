"""`pause`, `resume`, `disable`, `enable`, `skip` and `undo`: decisions about jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobconsole import words
from jobconsole.cli.completion import complete_jobs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, duration, instant
from runner import api
from runner.engine.control import Decision
from runner.model.views import JobState
from runner.store.control import What

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobconsole.cli.session import Session
    from runner.engine.control import Decided
    from runner.engine.undo import Undone
    from runner.model.views import JobView

job_argument = click.argument("job", shell_complete=complete_jobs)
reason_option = click.option(
    "--reason", default="", metavar="TEXT", help="Why: it is kept and shown."
)

_TAKEN_BACK = {
    What.PAUSED: "pausing",
    What.RESUMED: "resuming",
    What.DISABLED: "disabling",
    What.ENABLED: "enabling",
}


@click.command()
@job_argument
@click.option(
    "--until",
    metavar="TIME",
    help="2h from now, or an instant (2026-11-21T07:00+01:00), itself included.",
)
@reason_option
@config_option
@click.pass_obj
def pause(session: Session, job: str, until: str | None, reason: str) -> int:
    """Let nothing of a job start by schedule, until you `resume` it.

    What falls due meanwhile is not caught up. By hand it can still be run.
    """
    with session.project() as project:
        end = None if until is None else _end(until, project.now())
        decision = Decision(session.surroundings.user(), reason, end)
        view = api.pause(project, job, decision).view
    standing = view.standing
    how = ""
    if standing and standing.until is not None and view.enabled:
        how = f" until {words.moment(standing.until, words.zone_of(view))}"
    session.diagnostics.say(f"{view.id} is paused{how}{_besides(view)}")
    _tell_of_active(session, view)
    return ExitCode.FINE


@click.command()
@job_argument
@config_option
@click.pass_obj
def resume(session: Session, job: str) -> int:
    """Take `pause` back: what falls due from now on is started again."""
    done = _decided(session, job, api.resume)
    view = done.view
    said = "is not paused any more" if done.changed else "is not paused"
    session.diagnostics.say(f"{view.id} {said}{_besides(view) or _coming(view)}")
    return ExitCode.FINE


@click.command()
@job_argument
@reason_option
@config_option
@click.pass_obj
def disable(session: Session, job: str, reason: str) -> int:
    """Disable a job as `enabled: false` in the file would, until you `enable` it."""
    view = _decided(session, job, api.disable, reason).view
    session.diagnostics.say(f"{view.id} is disabled")
    _tell_of_active(session, view)
    return ExitCode.FINE


@click.command()
@job_argument
@config_option
@click.pass_obj
def enable(session: Session, job: str) -> int:
    """Take `disable` back. What the file says stays."""
    done = _decided(session, job, api.enable)
    view = done.view
    said = "is enabled" if done.changed else "is not disabled by command"
    session.diagnostics.say(f"{view.id} {said}{_besides(view) or _coming(view)}")
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
    when = words.moment(skipped, words.zone_of(view))
    session.diagnostics.say(f"{view.id} skips {when}{_besides(view) or _coming(view)}")
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
    if undone is None:
        session.diagnostics.say(f"{user} has nothing to undo")
    else:
        session.diagnostics.say(_taken_back(undone))
    return ExitCode.FINE


def _decided(
    session: Session,
    job: str,
    decide: Callable[[api.Project, str, Decision], Decided],
    reason: str = "",
) -> Decided:
    with session.project() as project:
        return decide(project, job, Decision(session.surroundings.user(), reason))


def _end(text: str, now: int) -> int:
    """Epoch seconds of an instant to come, or of a duration from now."""
    is_instant = "T" in text or text.count("-") > 1
    end = instant(text) // 1000 if is_instant else now + duration(text)
    if end <= now:
        message = f"--until {text}: that has passed already"
        raise click.BadParameter(message)
    return end


def _besides(view: JobView) -> str:
    """What else keeps the job from running."""
    if view.problem is not None:
        return "; it is invalid besides"
    if not view.enabled:
        who = view.standing.actor if view.standing else "its file"
        return f"; it is disabled by {who}"
    return ""


def _coming(view: JobView) -> str:
    if view.next_at is None:
        return ""
    return f"; next {words.moment(view.next_at, words.zone_of(view))}"


def _tell_of_active(session: Session, view: JobView) -> None:
    """What was queued before starts all the same."""
    if view.state in {JobState.QUEUED, JobState.RUNNING, JobState.RETRY_WAIT}:
        session.diagnostics.say(
            f"a run of it is {str(view.state).replace('_', ' ')} and goes on:"
            f" `jobconsole cancel {view.id}` stops it"
        )


def _taken_back(undone: Undone) -> str:
    view = undone.view
    rest = "" if view is None else _besides(view) or _coming(view)
    if undone.instant is not None:
        zone = None if view is None else words.zone_of(view)
        when = words.moment(undone.instant, zone)
        return f"{undone.job_id} does not skip {when} any more{rest}"
    state = words.standing(view) if view is not None else ""
    what = f"undone: {_TAKEN_BACK[undone.what]} {undone.job_id}"
    return f"{what}; it is {state}" if state else f"{what}{rest}"
