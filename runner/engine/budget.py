"""Budgets: what a run, a job, a role and the whole project may use.

A bound of a day counts what has ended today and what goes on. A run is refused where
one is used up, warned of at 80 %, and stopped at the next figure that is over it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.engine.day import midnight_ms, zone_name
from runner.model.budget import NO_BUDGET, Budget, Used
from runner.model.errors import BudgetExceededError
from runner.model.spending import Scope
from runner.store import meta, spending
from runner.store.spending import Bill, Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from runner.agents.base import Standing
    from runner.engine.project import Project
    from runner.model.budget import Price
    from runner.model.errors import Json
    from runner.model.job import Job
    from runner.model.role import Role
    from runner.store.db import Connection

WARN_AT = 0.8

_DECIMALS = 9
"""Of US dollars: sums of floats have more, and none of them means anything."""

_CENTS_FROM = 0.1
"""US dollars: smaller sums are told more exactly."""

_UNITS = {
    "usd": "USD",
    "tokens": "tokens",
    "turns": "turns",
    "tools": "calls of tools",
    "time": "s",
}
"""In which words each measure is told."""

_budgets = msgspec.json.Decoder(Budget)


class Bound(NamedTuple):
    """One limit. `whose` says for what it holds, `before` what others used of it."""

    whose: str
    measure: str
    limit: float
    before: float = 0

    def share(self, used: Used) -> float:
        """How much of it is used: 1.0 is all."""
        total = self._total(used)
        return total / self.limit if self.limit else float(total > 0)

    def is_over(self, used: Used) -> bool:
        """A time that is over is over at once, a count only with the next one."""
        total = self._total(used)
        return total >= self.limit if self.measure == "time" else total > self.limit

    @property
    def is_spent(self) -> bool:
        """Whether nothing of it is left before a run has begun."""
        return self.before >= self.limit

    def told(self, used: Used) -> str:
        """`0.62 of 0.50 USD for a run`."""
        unit = _UNITS[self.measure]
        total = _figure(self._total(used), self.measure)
        return f"{total} of {_figure(self.limit, self.measure)} {unit} for {self.whose}"

    def data(self, used: Used) -> dict[str, Json]:
        total = self._total(used)
        return {
            "budget_of": self.whose,
            "measure": self.measure,
            "limit": self.limit,
            "used": round(total, 6),
            "overshoot": round(max(total - self.limit, 0), 6),
        }

    def _total(self, used: Used) -> float:
        own: float = getattr(used, self.measure)
        return self.before + own


class Purse(NamedTuple):
    """Where and when budgets are looked at. `zone` is where the day begins."""

    connection: Connection
    zone: str
    now_ms: int


def purse_of(project: Project) -> Purse:
    return Purse(project.index, zone_name(project), project.clock.wall_ms())


class Subject(NamedTuple):
    """Whose budgets count: those of a job's run under a role."""

    job: Job
    role: Role
    run_id: str = ""


def bounds(purse: Purse, subject: Subject) -> tuple[Bound, ...]:
    """Every limit on a run, with what others have used of today's by now."""
    agent = subject.job.agent
    if agent is None:
        return ()
    return (*_limits("a run", agent.budget, Used()), *_of_today(purse, subject))


def demand_funds(purse: Purse, subject: Subject) -> None:
    """Raise BudgetExceededError where a budget of the day is used up."""
    if subject.job.agent is None:
        return
    for bound in _of_today(purse, subject):
        if bound.is_spent:
            used = Used()
            message = f"its budget is used up: {bound.told(used)}"
            raise BudgetExceededError(
                message,
                hint="Wait for the next day, or widen the budget's `per_day`.",
                data=bound.data(used),
            )


def crossed(limits: Iterable[Bound], used: Used) -> tuple[Bound | None, list[Bound]]:
    """The bound that is broken the most, and all of which 80 % are used."""
    near = [bound for bound in limits if bound.share(used) >= WARN_AT]
    over = [bound for bound in near if bound.is_over(used)]
    return max(over, key=lambda bound: bound.share(used), default=None), near


def bill(standing: Standing, prices: Mapping[str, Price], model: str | None) -> Bill:
    """What an agent has used; its cost by the prices where it tells none itself.

    `model` is the one that was asked for, which it may call otherwise or not at all.
    """
    usage, cost = standing.usage, standing.cost_usd
    price = prices.get(standing.model or "") or prices.get(model or "")
    estimated = cost is None and price is not None and usage.tokens is not None
    if estimated and price is not None:
        cached = usage.cached_tokens or 0
        fresh = max((usage.input_tokens or 0) - cached, 0)
        reread = price.input if price.cached is None else price.cached
        cost = (
            fresh * price.input
            + cached * reread
            + (usage.output_tokens or 0) * price.output
        ) / 1_000_000
    cost = None if cost is None else round(cost, _DECIMALS)
    return Bill(cost, estimated, usage.tokens, usage.turns, usage.tools)


def used_so_far(bill: Bill, elapsed_s: float) -> Used:
    return Used(
        usd=bill.cost_usd or 0.0,
        tokens=bill.tokens or 0,
        turns=bill.turns or 0,
        tools=bill.tools or 0,
        time=elapsed_s,
    )


def project_budget(index: Connection) -> Budget:
    """What all agents of the project may use in a day, as is in force now."""
    text = meta.get(index, meta.BUDGET)
    return _budgets.decode(text) if text else NO_BUDGET


def day_budgets(
    index: Connection, subject: Subject
) -> Iterator[tuple[Scope, str, Budget]]:
    """Scope, name and bounds of each budget of a day that is set for the subject."""
    job, role = subject.job, subject.role
    daily = job.agent.daily if job.agent else NO_BUDGET
    for scope, name, budget in (
        (Scope.JOB, job.id, daily),
        (Scope.ROLE, role.name, role.daily),
        (Scope.PROJECT, "", project_budget(index)),
    ):
        if budget != NO_BUDGET:
            yield scope, name, budget


def used_today(purse: Purse, scope: Scope, name: str, *, but: str = "") -> Used:
    """By the agents of a job, of a role, or of the whole project; `but` one run."""
    period = Period(midnight_ms(purse.now_ms, purse.zone), purse.now_ms)
    job_id = name if scope is Scope.JOB else None
    role = name if scope is Scope.ROLE else None
    return spending.used(purse.connection, period, job_id=job_id, role=role, but=but)


def _of_today(purse: Purse, subject: Subject) -> Iterator[Bound]:
    for scope, name, budget in day_budgets(purse.connection, subject):
        used = used_today(purse, scope, name, but=subject.run_id)
        whose = f"a day of {scope} {name}" if name else "a day of the project"
        yield from _limits(whose, budget, used)


def _limits(whose: str, budget: Budget, before: Used) -> Iterator[Bound]:
    for measure in Used._fields:
        limit: float | None = getattr(budget, measure)
        if limit is not None:
            yield Bound(whose, measure, limit, getattr(before, measure))


def _figure(value: float, measure: str) -> str:
    if measure == "usd":
        return f"{value:.2f}" if value >= _CENTS_FROM else f"{value:.6g}"
    return f"{round(value, 1):.15g}"
