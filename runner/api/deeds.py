"""What people do: start and stop runs, decide about jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.engine.control import Decided
    from runner.engine.operate import Cancelled
    from runner.engine.project import Project
    from runner.engine.propose import Proposal
    from runner.engine.replay import Replayed
    from runner.engine.undo import Undone
    from runner.model.orders import Decision, Order, ReplayOrder
    from runner.store.control import Numbered


def propose(project: Project, job_id: str, user: str) -> Proposal:
    """What a person may choose before this job is run."""
    from runner.engine import propose

    return propose.propose(project, job_id, user)


def submit(project: Project, order: Order) -> str:
    """Queue a run that somebody asks for and see that a worker takes it.

    Returns the run id. Raises JobNotFoundError, JobInvalidError, PolicyDeniedError,
    OverlapError.
    """
    from runner.engine import operate

    return operate.submit(project, order)


def replay(project: Project, reference: str, order: ReplayOrder) -> Replayed:
    """Queue a run again as it was then. `reference` as in `resolve_run`.

    Raises JobNotFoundError, PolicyDeniedError, OverlapError.
    """
    from runner.engine import replay

    return replay.replay(project, reference, order)


def cancel(
    project: Project, reference: str, *, actor: str, kill: bool = False
) -> Cancelled:
    """Ask a run to stop, or kill it. Raises JobNotFoundError."""
    from runner.engine import operate

    return operate.cancel(project, reference, actor=actor, kill=kill)


def pause(project: Project, job_id: str, decision: Decision) -> Decided:
    """Let nothing of a job start by schedule, for good or until an instant.

    As the next four it raises JobNotFoundError, PolicyDeniedError. An instant that
    has passed: TriggerInvalidError.
    """
    from runner.engine import control

    return control.pause(project, job_id, decision)


def resume(project: Project, job_id: str, decision: Decision) -> Decided:
    """Let a paused job start by schedule again; what it missed is not caught up."""
    from runner.engine import control

    return control.resume(project, job_id, decision)


def disable(project: Project, job_id: str, decision: Decision) -> Decided:
    """Disable a job as its file could."""
    from runner.engine import control

    return control.disable(project, job_id, decision)


def enable(project: Project, job_id: str, decision: Decision) -> Decided:
    """Take `disable` back; a job that its file disables stays disabled."""
    from runner.engine import control

    return control.enable(project, job_id, decision)


def skip(project: Project, job_id: str, decision: Decision) -> int:
    """Let a job's next occurrence pass; its instant.

    Raises TriggerInvalidError where none is to come.
    """
    from runner.engine import control

    return control.skip(project, job_id, decision)


def undo(project: Project, user: str, line: int | None = None) -> Undone | None:
    """Take back the last of those decisions of a user; None where there is none.

    `line`: only if it is still this one. Raises TooLateError, PolicyDeniedError.
    """
    from runner.engine import undo

    return undo.undo(project, user, line)


def last_decision(project: Project, user: str) -> Numbered | None:
    """What `undo` would take back now; None where there is nothing."""
    from runner.engine import undo

    return undo.last_decision(project, user)
