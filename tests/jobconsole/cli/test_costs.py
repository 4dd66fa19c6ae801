"""`costs` tells what agents cost, and what is left of their budgets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner.engine.day import midnight_ms
from runner.store.spending import Bill
from tests.helpers.project import opened, write_project
from tests.helpers.spent import spent
from tests.jobconsole.cli.program import TERMINAL, call

if TYPE_CHECKING:
    from pathlib import Path

AGENT = {"agent": "claude", "prompt": "Hello"}
CONFIG = {
    "timezone": "Asia/Kathmandu",
    "budget": {"per_day": {"usd": 1}},
    "jobs": {
        "review": {**AGENT, "budget": {"per_day": {"usd": 0.5, "turns": 10}}},
        "hunt": AGENT,
        "plain": {"command": ["true"]},
    },
}


@pytest.fixture
def farm(tmp_path: Path) -> Path:
    """Today: a review for 25 cents, and a hunt of which the cost is an estimate."""
    with opened(write_project(tmp_path, json.dumps(CONFIG))) as project:
        now_ms = project.clock.wall_ms()
        times = (now_ms, now_ms)
        spent(project, "review", Bill(0.25, False, 1_050, 4, 2), when=times)
        spent(project, "hunt", Bill(0.03, True, 2_200, 1, 0), role="member", when=times)
        long_ago_ms = now_ms - 40 * 86_400_000
        spent(
            project,
            "old",
            Bill(9.0, False, 1, 1, 1),
            when=(long_ago_ms, long_ago_ms),
        )
    return tmp_path


def test_for_people(farm: Path) -> None:
    done = call(farm, "costs")
    lines = [line.split() for line in done.out.splitlines()]

    assert (done.code, done.err) == (0, "")
    assert lines[0][-1] == "(Asia/Kathmandu)"
    assert ["today", "~$0.28"] in lines
    assert ["this", "month", "~$0.28"] in lines
    assert "  a day of job review: $0.25 of $0.50, 4 of 10 turns\n" in done.out
    assert "  a day of project: $0.28 of $1.00\n" in done.out
    assert ["NAME", "RUNS", "TOKENS", "TODAY", "MONTH"] in lines
    assert ["job", "review", "1", "1,050", "$0.25", "$0.25"] in lines
    assert ["job", "hunt", "1", "2,200", "~$0.03", "~$0.03"] in lines
    assert ["role", "member", "1", "2,200", "~$0.03", "~$0.03"] in lines
    assert "old" not in done.out
    assert "\x1b" not in done.out
    assert "\x1b" in call(farm, "costs", terminal=TERMINAL).out


def test_for_programs(farm: Path) -> None:
    found = call(farm, "costs", "--json").json()

    assert isinstance(found, dict)
    assert found["schema"] == 1
    assert found["zone"] == "Asia/Kathmandu"
    assert (found["today_usd"], found["estimated"]) == (pytest.approx(0.28), True)
    assert found["forecast_usd"] >= found["month_usd"]
    assert found["jobs_today"][0] == {
        "name": "review",
        "runs": 1,
        "cost_usd": 0.25,
        "estimated": False,
        "tokens": 1050,
    }
    assert [it["name"] for it in found["roles_month"]] == ["admin", "member"]
    assert found["budgets"][0]["scope"] == "job"
    assert found["budgets"][0]["whose"] == "review"
    assert found["budgets"][0]["bounds"]["usd"] == 0.5


def test_nothing_was_spent(tmp_path: Path) -> None:
    write_project(tmp_path, json.dumps({"jobs": {"plain": {"command": ["true"]}}}))
    done = call(tmp_path, "costs")
    assert done.code == 0
    assert "$0.00 for the month" in done.out
    assert "NAME" not in done.out


def test_a_budget_that_is_used_up_is_exit_code_5(farm: Path) -> None:
    with opened(farm / "teleclaude.yml") as project:
        now_ms = project.clock.wall_ms()
        assert midnight_ms(now_ms, "Asia/Kathmandu") <= now_ms
        spent(project, "review", Bill(0.25), when=(now_ms, now_ms))

    done = call(farm, "run", "review")

    assert done.code == 5
    assert "its budget is used up: 0.50 of 0.50 USD for a day of job review" in done.err
    assert "per_day" in done.err
    assert call(farm, "history", "review", "--json").out.count("run_id") == 2
