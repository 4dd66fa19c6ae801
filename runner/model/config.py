"""A whole configuration: parsed once, frozen, with every problem that was found."""

from __future__ import annotations

from pathlib import Path

import msgspec

from runner.model.budget import NO_BUDGET, Budget
from runner.model.job import InvalidJob, Job, Problem
from runner.model.role import BUILT_IN_ROLES, Role

DEFAULT_POOLS: dict[str, int] = {"default": 4, "agent": 1}


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What one project wants.

    `jobs` holds valid and invalid ones in the files' order. `problems` make
    `validate` fail; `warnings` do not. `fatal` says that the file as a whole could
    not be used (then `jobs` is empty and the last good configuration stays).
    `timezone` is the project's zone, or None where the file names none. `daily` bounds
    what all agents of the project may use in a day, `daemon` is the socket that knows
    who has which role.
    """

    root: Path
    path: Path
    state_dir: Path
    timezone: str | None = None
    pools: dict[str, int] = msgspec.field(default_factory=lambda: dict(DEFAULT_POOLS))
    roles: dict[str, Role] = msgspec.field(default_factory=lambda: dict(BUILT_IN_ROLES))
    gateways: dict[str, str] = {}
    daily: Budget = NO_BUDGET
    daemon: str | None = None
    jobs: tuple[Job | InvalidJob, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    fatal: bool = False
