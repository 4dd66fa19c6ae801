"""What agents cost: today, this month, and where the month is going."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from runner.engine.budget import Subject, day_budgets, purse_of, used_today
from runner.engine.day import midnight_ms, month_start_ms, next_month_ms
from runner.model.definition import decode_definition
from runner.model.spending import DayBudget, JobCosts, Scope, Spending
from runner.store import jobs, spending
from runner.store.spending import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runner.engine.budget import Purse
    from runner.engine.project import Project
    from runner.model.budget import Budget
    from runner.model.spending import Share

_DAY_MS = 86_400_000
_PACE_MS = 7 * _DAY_MS
"""Over which time it is seen how fast money is spent now."""


def spending_of(project: Project, *, with_budgets: bool) -> Spending:
    """In the project's zone. What goes on counts as far as it is known.

    `with_budgets` reads every agent job's definition.
    """
    purse = purse_of(project)
    connection, zone, now_ms = purse
    today, month = midnight_ms(now_ms, zone), month_start_ms(now_ms, zone)
    jobs_today = spending.by_job(connection, today)
    jobs_month = spending.by_job(connection, month)
    local = datetime.fromtimestamp(now_ms // 1000, ZoneInfo(zone))
    return Spending(
        zone=zone,
        day=f"{local:%Y-%m-%d}",
        month=f"{local:%Y-%m}",
        today_usd=_sum(jobs_today),
        month_usd=_sum(jobs_month),
        forecast_usd=_sum(jobs_month) + _rest_of_month(purse),
        estimated=any(share.estimated for share in jobs_month),
        jobs_today=jobs_today,
        roles_today=spending.by_role(connection, today),
        jobs_month=jobs_month,
        roles_month=spending.by_role(connection, month),
        budgets=tuple(_budgets(project, purse)) if with_budgets else (),
    )


def costs_of(project: Project, job_id: str) -> JobCosts:
    """The sums of one job, today and this month."""
    connection, zone, now_ms = purse_of(project)
    since = midnight_ms(now_ms, zone), month_start_ms(now_ms, zone)
    today, month = (
        spending.used(connection, Period(since_ms, now_ms), job_id=job_id)
        for since_ms in since
    )
    return JobCosts(today.usd, month.usd)


def _rest_of_month(purse: Purse) -> float:
    """What the days to come will cost at the pace of the last seven."""
    connection, zone, now_ms = purse
    left_ms = next_month_ms(now_ms, zone) - now_ms
    lately = _sum(spending.by_job(connection, now_ms - _PACE_MS))
    return lately * left_ms / _PACE_MS


def _budgets(project: Project, purse: Purse) -> Iterator[DayBudget]:
    """Every budget of a day that is set, of jobs first, by what it holds for."""
    found: dict[tuple[Scope, str], Budget] = {}
    for body in jobs.agent_definitions(project.index):
        definition = decode_definition(body)
        for role in definition.roles.values():
            subject = Subject(definition.job, role)
            for scope, name, budget in day_budgets(project.index, subject):
                found[scope, name] = budget
    order = list(Scope)
    for scope, name in sorted(found, key=lambda it: (order.index(it[0]), it[1])):
        used = used_today(purse, scope, name)
        yield DayBudget(scope, name, found[scope, name], used)


def _sum(shares: Iterable[Share]) -> float:
    return sum(share.cost_usd or 0.0 for share in shares)
