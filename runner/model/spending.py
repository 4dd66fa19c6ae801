"""What agents cost, as read models: today, this month, and where the month is going."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from runner.model.budget import Budget, Used


class Scope(StrEnum):
    """For what a budget of a day holds."""

    JOB = "job"
    ROLE = "role"
    PROJECT = "project"


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """The part of one job or role. `estimated`: some of the cost was reckoned by us.

    `cost_usd` None: none of its runs told a cost.
    """

    name: str
    runs: int
    cost_usd: float | None
    estimated: bool
    tokens: int


class JobCosts(msgspec.Struct, frozen=True):
    """What the agents of one job used, in US dollars."""

    today_usd: float
    month_usd: float


class DayBudget(msgspec.Struct, frozen=True):
    """A bound of a day, and what was used of it. `whose` is a job, a role or empty."""

    scope: Scope
    whose: str
    bounds: Budget
    used: Used


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """What agents used. Sums are US dollars; `zone` is where the day begins.

    `forecast_usd` is the month's sum if it goes on as in the last seven days.
    """

    zone: str
    day: str
    month: str
    today_usd: float
    month_usd: float
    forecast_usd: float
    estimated: bool
    jobs_today: tuple[Share, ...]
    roles_today: tuple[Share, ...]
    jobs_month: tuple[Share, ...]
    roles_month: tuple[Share, ...]
    budgets: tuple[DayBudget, ...]
