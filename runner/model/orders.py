"""What people ask for: a run, one like another, a decision about a job."""

from __future__ import annotations

from typing import NamedTuple

from runner.model.run import Trigger


class Order(NamedTuple):
    """A run that somebody asks for. `args` and `timeout` (seconds) replace the job's."""

    job_id: str
    actor_user: str
    role: str | None = None
    args: tuple[str, ...] | None = None
    timeout: int | None = None
    trigger: Trigger = Trigger.MANUAL


class ReplayOrder(NamedTuple):
    """Who wants a run again. `role` and `timeout` (seconds) replace those of then."""

    actor_user: str
    role: str | None = None
    timeout: int | None = None


class Decision(NamedTuple):
    """Who decides, and why. `until` (epoch seconds) is for `pause` alone."""

    actor_user: str
    reason: str = ""
    until: int | None = None
