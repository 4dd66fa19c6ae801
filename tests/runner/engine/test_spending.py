"""What agents cost today, this month, and what the month will come to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.spending import spending_of
from runner.model.budget import Budget, Used
from runner.model.spending import DayBudget, Scope
from runner.store.spending import Bill
from tests.helpers.project import write_project
from tests.helpers.spent import spent
from tests.helpers.still import at, still

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.model.spending import Spending
    from tests.helpers.still import Still

NOW = at("2026-11-20 12:00")
DAY = 86_400
AGENT = {"agent": "claude", "prompt": "Hello"}


def pay(
    it: Still, job_id: str, cost: float | None, when: str, role: str = "admin"
) -> None:
    at_ms = at(when) * 1000
    bill = Bill(cost, False, 100, 1, 1)
    spent(it.project, job_id, bill, role=role, when=(at_ms, at_ms))


def configure(it: Still, config: Mapping[str, object]) -> None:
    write_project(it.project.root, json.dumps(config))
    api.refresh(it.project)


def found(it: Still) -> Spending:
    return spending_of(it.project, with_budgets=True)


def test_nothing_was_spent(tmp_path: Path) -> None:
    with still(tmp_path, {}, NOW) as it:
        configure(it, {"timezone": "UTC", "jobs": {"a": AGENT}})
        it_ = found(it)
    assert (it_.zone, it_.day, it_.month) == ("UTC", "2026-11-20", "2026-11")
    assert (it_.today_usd, it_.month_usd, it_.forecast_usd) == (0, 0, 0)
    assert not it_.estimated
    assert (it_.jobs_today, it_.jobs_month, it_.roles_today) == ((), (), ())
    assert it_.budgets == ()


def test_today_and_this_month(tmp_path: Path) -> None:
    with still(tmp_path, {}, NOW) as it:
        configure(it, {"timezone": "UTC", "jobs": {"a": AGENT, "b": AGENT}})
        pay(it, "a", 1.0, "2026-10-31 23:59")
        pay(it, "a", 2.0, "2026-11-01 00:00", "member")
        pay(it, "a", 4.0, "2026-11-19 23:59")
        pay(it, "b", 8.0, "2026-11-20 00:00")
        pay(it, "b", None, "2026-11-20 06:00")
        it_ = found(it)
    assert (it_.today_usd, it_.month_usd) == (8.0, 14.0)
    assert [(s.name, s.cost_usd, s.runs) for s in it_.jobs_today] == [("b", 8.0, 2)]
    assert [(s.name, s.cost_usd) for s in it_.jobs_month] == [("b", 8.0), ("a", 6.0)]
    assert [s.name for s in it_.roles_today] == ["admin"]
    assert [(s.name, s.cost_usd) for s in it_.roles_month] == [
        ("admin", 12.0),
        ("member", 2.0),
    ]


def test_the_rest_of_the_month_at_the_pace_of_seven_days(tmp_path: Path) -> None:
    """What was spent before them counts, but sets no pace."""
    with still(tmp_path, {}, NOW) as it:
        configure(it, {"timezone": "UTC", "jobs": {"a": AGENT}})
        pay(it, "a", 100.0, "2026-11-02 12:00")
        pay(it, "a", 14.0, "2026-11-18 12:00")
        it_ = found(it)
    left_days = 10.5
    assert it_.forecast_usd == pytest.approx(114.0 + 14.0 / 7 * left_days)


def test_a_young_month_is_reckoned_by_the_days_before_it(tmp_path: Path) -> None:
    with still(tmp_path, {}, at("2026-11-01 12:00")) as it:
        configure(it, {"timezone": "UTC", "jobs": {"a": AGENT}})
        pay(it, "a", 7.0, "2026-10-30 12:00")
        it_ = found(it)
    assert it_.month_usd == 0
    assert it_.forecast_usd == pytest.approx(1.0 * 29.5)


def test_days_and_months_are_those_of_the_zone(tmp_path: Path) -> None:
    """In Auckland it is the first of December already."""
    with still(tmp_path, {}, at("2026-11-30 12:00")) as it:
        configure(it, {"timezone": "Pacific/Auckland", "jobs": {"a": AGENT}})
        pay(it, "a", 1.0, "2026-11-30 10:59")
        pay(it, "a", 2.0, "2026-11-30 11:00")
        it_ = found(it)
    assert (it_.zone, it_.day, it_.month) == (
        "Pacific/Auckland",
        "2026-12-01",
        "2026-12",
    )
    assert (it_.today_usd, it_.month_usd) == (2.0, 2.0)


def test_what_goes_on_counts_as_far_as_it_is_known(tmp_path: Path) -> None:
    with still(tmp_path, {}, NOW) as it:
        configure(it, {"timezone": "UTC", "jobs": {"a": AGENT}})
        yesterday_ms = (NOW - DAY) * 1000
        spent(it.project, "a", Bill(0.5, True, 10), when=(yesterday_ms, None))
        it_ = found(it)
    assert (it_.today_usd, it_.estimated) == (0.5, True)


def test_every_budget_of_a_day_once(tmp_path: Path) -> None:
    config = {
        "timezone": "UTC",
        "budget": {"per_day": {"usd": 9}},
        "roles": {
            "lead": {"profile": "full", "budget": {"per_day": {"tools": 8}}},
            "idle": {"profile": "full"},
        },
        "jobs": {
            "b": {**AGENT, "budget": {"turns": 7, "per_day": {"usd": 2, "time": "1h"}}},
            "a": {**AGENT, "budget": {"per_day": {"usd": 1}}},
            "free": {**AGENT, "budget": {"turns": 3}},
            "plain": {"command": ["true"]},
        },
    }
    with still(tmp_path, {}, NOW) as it:
        configure(it, config)
        pay(it, "a", 0.5, "2026-11-20 06:00", "lead")
        pay(it, "a", 0.5, "2026-11-19 06:00", "lead")
        it_ = found(it)
        without = spending_of(it.project, with_budgets=False)
    used = Used(0.5, 100, 1, 1, 0)
    assert it_.budgets == (
        DayBudget(Scope.JOB, "a", Budget(usd=1), used),
        DayBudget(Scope.JOB, "b", Budget(usd=2, time=3600), Used()),
        DayBudget(Scope.ROLE, "lead", Budget(tools=8), used),
        DayBudget(Scope.PROJECT, "", Budget(usd=9), used),
    )
    assert without.budgets == ()
    assert without.today_usd == it_.today_usd


def test_the_question_is_open_to_front_ends(tmp_path: Path) -> None:
    with still(tmp_path, {}, NOW) as it:
        assert api.spending(it.project) == found(it)
