"""What agents cost, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.model.budget import Used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.model.budget import Budget
    from runner.model.spending import DayBudget, Share, Spending

_UNITS = {"tokens": " tokens", "turns": " turns", "tools": " calls", "time": "s"}


def dollars(amount: float | None, *, estimated: bool = False) -> str:
    """`$0.08`, `~$0.0012` where it was reckoned by us; empty where it is not known."""
    if amount is None:
        return ""
    digits = 2 if amount >= 0.01 or amount == 0 else 4
    return f"{'~' if estimated else ''}${amount:.{digits}f}"


def totals(spending: Spending) -> Iterator[tuple[str, str]]:
    """Names and values: the day, the month, and where the month is going."""
    told = spending.estimated
    yield "today", dollars(spending.today_usd, estimated=told)
    yield "this month", dollars(spending.month_usd, estimated=told)
    yield "forecast", f"{dollars(spending.forecast_usd, estimated=told)} for the month"


def budget_words(budget: DayBudget) -> str:
    """`a day of role member: $0.40 of $2.00, 12 of 100 turns`."""
    whose = f"{budget.scope} {budget.whose}".rstrip()
    parts = [
        _of(measure, getattr(budget.used, measure), limit)
        for measure in Used._fields
        if (limit := getattr(budget.bounds, measure)) is not None
    ]
    return f"a day of {whose}: {', '.join(parts)}"


def bounds(budget: Budget) -> Iterator[str]:
    """`$0.50`, `40 turns`: each measure that has a bound."""
    for measure in Used._fields:
        limit = getattr(budget, measure)
        if limit is not None:
            yield dollars(limit) if measure == "usd" else f"{limit:,}{_UNITS[measure]}"


def tokens(share: Share) -> str:
    return f"{share.tokens:,}" if share.tokens else ""


def _of(measure: str, used: float, limit: float) -> str:
    if measure == "usd":
        return f"{dollars(used)} of {dollars(limit)}"
    return f"{used:,.0f} of {limit:,.0f}{_UNITS[measure]}"
