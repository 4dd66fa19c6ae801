from __future__ import annotations

import pytest

from jobconsole.costs import budget_words, dollars, tokens, totals
from runner.model.budget import Budget, Used
from runner.model.spending import DayBudget, Scope, Share, Spending


def share(tokens_: int) -> Share:
    return Share(name="a", runs=1, cost_usd=None, estimated=False, tokens=tokens_)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, ""),
        (0.0, "$0.00"),
        (0.00124, "$0.0012"),
        (0.01, "$0.01"),
        (0.25, "$0.25"),
        (1234.5, "$1234.50"),
    ],
)
def test_dollars(amount: float | None, words: str) -> None:
    assert dollars(amount) == words
    assert dollars(amount, estimated=True) == (f"~{words}" if words else "")


def test_tokens() -> None:
    assert tokens(share(0)) == ""
    assert tokens(share(999)) == "999"
    assert tokens(share(1_234_567)) == "1,234,567"


@pytest.mark.parametrize("estimated", [False, True])
def test_totals(estimated: bool) -> None:
    spending = Spending(
        zone="UTC",
        day="2026-11-20",
        month="2026-11",
        today_usd=0.25,
        month_usd=12.5,
        forecast_usd=20.0,
        estimated=estimated,
        jobs_today=(),
        roles_today=(),
        jobs_month=(),
        roles_month=(),
        budgets=(),
    )
    mark = "~" if estimated else ""
    assert list(totals(spending)) == [
        ("today", f"{mark}$0.25"),
        ("this month", f"{mark}$12.50"),
        ("forecast", f"{mark}$20.00 for the month"),
    ]


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (
            DayBudget(Scope.JOB, "a", Budget(usd=2.0), Used(usd=0.4)),
            "a day of job a: $0.40 of $2.00",
        ),
        (
            DayBudget(
                Scope.ROLE,
                "member",
                Budget(tokens=200_000, turns=100, time=3600),
                Used(tokens=12_345, turns=12, time=90.4),
            ),
            "a day of role member: 12,345 of 200,000 tokens, 12 of 100 turns, 90 of 3,600s",
        ),
        (
            DayBudget(Scope.PROJECT, "", Budget(usd=9.0), Used()),
            "a day of project: $0.00 of $9.00",
        ),
    ],
)
def test_a_budget_in_words(budget: DayBudget, words: str) -> None:
    assert budget_words(budget) == words
