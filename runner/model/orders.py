"""What people ask for: a run, one like another, a decision about a job."""

from __future__ import annotations

from typing import NamedTuple

from runner.model.run import Trigger


class Order(NamedTuple):
    """A run that somebody asks for. `args` and `timeout` (seconds) replace the job's.

    `params` fill the blanks of its prompt.
    """

    job_id: str
    actor_user: str
    role: str | None = None
    args: tuple[str, ...] | None = None
    timeout: int | None = None
    trigger: Trigger = Trigger.MANUAL
    params: tuple[tuple[str, str], ...] = ()


class ReplayOrder(NamedTuple):
    """Who wants a run again. `role` and `timeout` (seconds) replace those of then.

    `resume`: the agent goes on in the session in which it stopped.
    """

    actor_user: str
    role: str | None = None
    timeout: int | None = None
    resume: bool = False


class Decision(NamedTuple):
    """Who decides, and why. `until` (epoch seconds) is for `pause` alone."""

    actor_user: str
    reason: str = ""
    until: int | None = None
