"""What is left of a budget, by the figures and by what others have used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.agents.base import Standing
from runner.engine.browse import definition_of
from runner.engine.budget import (
    Bound,
    Purse,
    Subject,
    bill,
    bounds,
    crossed,
    demand_funds,
    purse_of,
    used_so_far,
)
from runner.model.budget import Price, Used
from runner.model.errors import BudgetExceededError
from runner.model.receipt import Usage
from runner.store.spending import Bill
from tests.helpers.project import write_project
from tests.helpers.spent import spent
from tests.helpers.still import at, still

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.helpers.still import Still

NOON = at("2026-03-10 12:00")
MINUTE_MS = 60_000
AGENT = {"agent": "claude", "prompt": "Hello"}
PRICES = {"gpt-5.5": Price(input=1.0, cached=0.1, output=10.0)}


def usage(read: int | None, cached: int | None, written: int | None) -> Usage:
    return Usage(read, cached, written, turns=3, tools=4)


def configure(it: Still, config: Mapping[str, object]) -> None:
    write_project(it.project.root, json.dumps(config))
    api.refresh(it.project)


def subject_of(
    it: Still, job_id: str, role: str = "admin", run_id: str = ""
) -> Subject:
    _, definition = definition_of(it.project, job_id)
    assert definition is not None
    return Subject(definition.job, definition.roles[role], run_id)


# -- one bound ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "limit", "used", "near", "over"),
    [
        ("turns", 10, 7, False, False),
        ("turns", 10, 8, True, False),
        ("turns", 10, 10, True, False),
        ("turns", 10, 11, True, True),
        ("usd", 0.5, 0.5, True, False),
        ("usd", 0.5, 0.500001, True, True),
        ("time", 60, 59.9, True, False),
        ("time", 60, 60, True, True),
    ],
)
def test_near_at_80_percent_and_over_beyond_100(
    measure: str, limit: float, used: float, near: bool, over: bool
) -> None:
    bound = Bound("a run", measure, limit)
    broken, warned = crossed([bound], Used(**{measure: used}))
    assert (bool(warned), broken is bound) == (near, over)


def test_what_others_used_counts() -> None:
    bound = Bound("a day of the project", "tokens", 1000, before=900)
    assert crossed([bound], Used(tokens=101))[0] is bound
    assert crossed([bound], Used(tokens=100))[0] is None
    assert (
        bound.told(Used(tokens=101)) == "1001 of 1000 tokens for a day of the project"
    )


def test_the_bound_that_is_broken_most_is_told() -> None:
    little, much = Bound("a run", "turns", 10), Bound("a run", "tools", 10)
    broken, near = crossed([little, much], Used(turns=11, tools=30))
    assert broken is much
    assert near == [little, much]


def test_the_overshoot_is_data() -> None:
    bound = Bound("a day of job a", "usd", 0.5, before=0.4)
    assert bound.data(Used(usd=0.25)) == {
        "budget_of": "a day of job a",
        "measure": "usd",
        "limit": 0.5,
        "used": 0.65,
        "overshoot": 0.15,
    }
    assert bound.data(Used())["overshoot"] == 0


@pytest.mark.parametrize(
    ("measure", "used", "limit", "words"),
    [
        ("usd", 0.62, 0.5, "0.62 of 0.50 USD for a run"),
        ("usd", 0.0012, 0.5, "0.0012 of 0.50 USD for a run"),
        ("tokens", 250_000, 200_000, "250000 of 200000 tokens for a run"),
        ("tools", 3, 2, "3 of 2 calls of tools for a run"),
        ("time", 61.5, 60, "61.5 of 60 s for a run"),
    ],
)
def test_in_words(measure: str, used: float, limit: float, words: str) -> None:
    assert Bound("a run", measure, limit).told(Used(**{measure: used})) == words


def test_millions_are_told_as_they_are() -> None:
    told = Bound("a run", "tokens", 2_500_000).told(Used(tokens=2_500_123))
    assert told == "2500123 of 2500000 tokens for a run"


# -- what an agent used ------------------------------------------------------------


def test_a_cost_that_is_told_is_no_estimate() -> None:
    standing = Standing(None, "gpt-5.5", usage(1000, 0, 50), cost_usd=0.0)
    assert bill(standing, PRICES, None) == Bill(0.0, False, 1050, 3, 4)


@pytest.mark.parametrize(
    ("figures", "cost"),
    [
        ((1_000_000, 0, 0), 1.0),
        ((1_000_000, 400_000, 0), 0.64),
        ((1_000_000, None, 100_000), 2.0),
        ((None, None, 100_000), 1.0),
        ((100, 200, 0), 0.00002),
    ],
)
def test_a_cost_by_the_prices(
    figures: tuple[int | None, int | None, int | None], cost: float
) -> None:
    """Cached tokens are some of those that were read, and cheaper."""
    found = bill(Standing(None, "gpt-5.5", usage(*figures)), PRICES, None)
    assert found.cost_usd == pytest.approx(cost)
    assert found.cost_estimated


def test_cached_tokens_without_a_price_of_their_own() -> None:
    prices = {"m": Price(input=1.0, output=10.0)}
    found = bill(Standing(None, "m", usage(1_000_000, 400_000, 0)), prices, None)
    assert found.cost_usd == pytest.approx(1.0)


def test_the_price_of_the_model_that_was_asked_for() -> None:
    told_otherwise = Standing(None, "gpt-5.5-2026", usage(1_000_000, 0, 0))
    assert bill(told_otherwise, PRICES, "gpt-5.5").cost_usd == pytest.approx(1.0)
    silent = Standing(None, None, usage(1_000_000, 0, 0))
    assert bill(silent, PRICES, "gpt-5.5").cost_usd == pytest.approx(1.0)


@pytest.mark.parametrize(
    "standing",
    [
        Standing(None, "another", usage(1000, 0, 10)),
        Standing(None, None, usage(1000, 0, 10)),
        Standing(None, "gpt-5.5", Usage(turns=3, tools=4)),
    ],
)
def test_a_cost_that_nobody_knows(standing: Standing) -> None:
    found = bill(standing, PRICES, None)
    assert (found.cost_usd, found.cost_estimated) == (None, False)
    assert (found.turns, found.tools) == (3, 4)


def test_what_is_not_known_counts_as_nothing() -> None:
    assert used_so_far(Bill(), 1.5) == Used(time=1.5)
    everything = Bill(0.5, True, 10, 2, 3)
    assert used_so_far(everything, 1.5) == Used(0.5, 10, 2, 3, 1.5)


# -- budgets of a day --------------------------------------------------------------


def test_every_bound_of_a_run(tmp_path: Path) -> None:
    config = {
        "timezone": "UTC",
        "budget": {"per_day": {"usd": 9}},
        "roles": {"lead": {"profile": "full", "budget": {"per_day": {"tools": 8}}}},
        "jobs": {
            "a": {**AGENT, "budget": {"turns": 7, "per_day": {"tokens": "6k"}}},
            "plain": {"command": ["true"]},
        },
    }
    with still(tmp_path, {}, NOON) as it:
        configure(it, config)
        now_ms = it.clock.wall_ms()
        bill_ = Bill(1.0, False, 100, 2, 3)
        times = (now_ms - MINUTE_MS, now_ms)
        spent(it.project, "a", bill_, role="lead", when=times)
        spent(it.project, "other", bill_, role="lead", when=times)
        spent(it.project, "other", bill_, role="member", when=times)

        found = bounds(purse_of(it.project), subject_of(it, "a", "lead"))
        others = bounds(purse_of(it.project), subject_of(it, "a", "member"))
        none = bounds(purse_of(it.project), subject_of(it, "plain"))

    assert set(found) == {
        Bound("a run", "turns", 7),
        Bound("a day of job a", "tokens", 6000, before=100),
        Bound("a day of role lead", "tools", 8, before=6),
        Bound("a day of the project", "usd", 9, before=3),
    }
    assert {it.whose for it in others} == {
        "a run",
        "a day of job a",
        "a day of the project",
    }
    assert none == ()


def test_a_run_does_not_stand_in_its_own_way(tmp_path: Path) -> None:
    job = {**AGENT, "budget": {"per_day": {"turns": 5}}}
    with still(tmp_path, {}, NOON) as it:
        configure(it, {"timezone": "UTC", "jobs": {"a": job}})
        now_ms = it.clock.wall_ms()
        mine = spent(it.project, "a", Bill(turns=4), when=(now_ms, None))
        spent(it.project, "a", Bill(turns=1), when=(now_ms, None))

        (bound,) = bounds(purse_of(it.project), subject_of(it, "a", run_id=mine))

        assert bound.before == 1
        with pytest.raises(BudgetExceededError):
            demand_funds(purse_of(it.project), subject_of(it, "a"))
        demand_funds(purse_of(it.project), subject_of(it, "a", run_id=mine))


@pytest.mark.parametrize(
    ("bound", "unit", "seconds"),
    [
        ({"usd": 1.0}, "1.00 of 1.00 USD", 0),
        ({"tokens": 100}, "100 of 100 tokens", 0),
        ({"turns": 2}, "2 of 2 turns", 0),
        ({"tools": 3}, "3 of 3 calls of tools", 0),
        ({"time": 90}, "90 of 90 s", 90),
    ],
)
def test_a_budget_that_is_used_up_refuses(
    tmp_path: Path, bound: dict[str, float], unit: str, seconds: int
) -> None:
    job = {**AGENT, "budget": {"per_day": bound}}
    with still(tmp_path, {}, NOON) as it:
        configure(it, {"timezone": "UTC", "jobs": {"a": job, "b": job}})
        now_ms = it.clock.wall_ms()
        start_ms = now_ms - seconds * 1000
        used = Bill(1.0, False, 100, 2, 3)
        spent(it.project, "a", used, when=(start_ms, now_ms))

        with pytest.raises(BudgetExceededError, match=unit) as caught:
            demand_funds(purse_of(it.project), subject_of(it, "a"))
        demand_funds(purse_of(it.project), subject_of(it, "b"))

    (measure,) = bound
    data = caught.value.data
    assert (data["measure"], data["budget_of"]) == (measure, "a day of job a")
    assert data["overshoot"] == 0


def test_tomorrow_there_is_money_again(tmp_path: Path) -> None:
    """On the clock of the project's zone, on a day of 23 hours too."""
    job = {**AGENT, "budget": {"per_day": {"turns": 1}}}
    spring = at("2026-03-29 10:00")  # in Berlin it has been this day for 11 hours
    with still(tmp_path, {}, spring) as it:
        configure(it, {"timezone": "Europe/Berlin", "jobs": {"a": job}})
        now_ms = it.clock.wall_ms()
        spent(it.project, "a", Bill(turns=1), when=(now_ms, now_ms))
        subject = subject_of(it, "a")

        def refuses(instant: int) -> bool:
            purse = Purse(it.project.index, "Europe/Berlin", instant * 1000)
            try:
                demand_funds(purse, subject)
            except BudgetExceededError:
                return True
            return False

        assert purse_of(it.project).zone == "Europe/Berlin"
        assert refuses(spring)
        assert refuses(at("2026-03-29 21:59"))
        assert not refuses(at("2026-03-29 22:00"))


def test_yesterday_began_an_hour_earlier_on_the_day_of_25_hours(tmp_path: Path) -> None:
    job = {**AGENT, "budget": {"per_day": {"turns": 1}}}
    with still(tmp_path, {}, at("2026-10-24 22:00")) as it:
        configure(it, {"timezone": "Europe/Berlin", "jobs": {"a": job}})
        midnight_ms = it.clock.wall_ms()
        spent(it.project, "a", Bill(turns=1), when=(midnight_ms, midnight_ms))
        late = Purse(it.project.index, "Europe/Berlin", at("2026-10-25 22:59") * 1000)
        next_day = late._replace(now_ms=at("2026-10-25 23:00") * 1000)

        with pytest.raises(BudgetExceededError):
            demand_funds(late, subject_of(it, "a"))
        demand_funds(next_day, subject_of(it, "a"))


def test_the_project_budget_goes_with_the_configuration(tmp_path: Path) -> None:
    budget = {"per_day": {"usd": 1}}
    with still(tmp_path, {}, NOON) as it:
        configure(it, {"timezone": "UTC", "budget": budget, "jobs": {"a": AGENT}})
        assert len(bounds(purse_of(it.project), subject_of(it, "a"))) == 1
        configure(it, {"timezone": "UTC", "jobs": {"a": AGENT}})
        assert bounds(purse_of(it.project), subject_of(it, "a")) == ()
