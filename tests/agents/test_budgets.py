"""What agents may use: an endless loop of tools ends at each bound, and is told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from runner import api
from runner.model.errors import Code
from runner.model.run import RunStatus
from runner.model.views import HistoryQuery
from tests.helpers.agent_runs import Meeting, error_of, meet, meet_once, prompt_of
from tests.helpers.agents import agent_job, agent_site, need
from tests.lab.script import Figures, Hang, Say
from tests.lab.vocabulary import shell

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.receipt import Receipt
    from tests.helpers.agents import Outcome
    from tests.helpers.lab import Lab
    from tests.lab.script import Call

MODEL = "gpt-5.5"
PRICES = {MODEL: {"input": 100, "cached": 10, "output": 1000}}
ANSWER = Figures(input=1000, cached=300, output=50)
ANSWER_USD = (700 * 100 + 300 * 10 + 50 * 1000) / 1_000_000

LIMITS: dict[str, dict[str, float]] = {
    "claude": {"tools": 3, "tokens": 4_000, "time": 1},
    "codex": {"turns": 3, "tools": 3, "tokens": 4_000, "usd": 0.3, "time": 1},
}
FAR_TOO_MANY = 100
"""Calls of a loop that nobody ends."""


def loop(name: str) -> Call:
    call = shell(name, "true")
    return msgspec.structs.replace(call, times=None, usage=ANSWER)


def used(receipt: Receipt, measure: str) -> float:
    """What a receipt says of a measure beside its error."""
    usage = receipt.usage
    assert usage is not None
    known = {"usd": receipt.cost_usd, "tokens": usage.tokens, "tools": usage.tools}
    return {**known, "turns": usage.turns}[measure] or 0


@pytest.mark.parametrize("name", LIMITS)
def test_a_loop_ends_at_every_bound(lab: Lab, tmp_path: Path, name: str) -> None:
    model = {"model": MODEL} if name == "codex" else {}
    bounded = {
        measure: Meeting(
            (Hang(times=None) if measure == "time" else loop(name),),
            {"budget": {measure: limit}, **model},
        )
        for measure, limit in LIMITS[name].items()
    }
    outcomes = meet(lab, tmp_path / "project", name, bounded, prices=PRICES)
    for measure, outcome in outcomes.items():
        assert_stopped(outcome, measure, LIMITS[name][measure])


def assert_stopped(outcome: Outcome, measure: str, limit: float) -> None:
    """By us, soon, and with the overshoot told."""
    receipt = outcome.receipt
    assert receipt.status is RunStatus.FAILED
    error = error_of(receipt)
    assert error.code == Code.AGENT_BUDGET_EXCEEDED
    told = error.data
    assert (told["budget_of"], told["measure"]) == ("a run", measure)
    assert told["limit"] == limit
    reached = float(str(told["used"]))
    assert told["overshoot"] == pytest.approx(reached - limit, abs=1e-5)
    assert reached >= limit
    if measure != "time":
        assert used(receipt, measure) >= reached
        assert used(receipt, "tools") < FAR_TOO_MANY
    assert outcome.told("agent_budget")
    (stopping,) = outcome.told("stopping")
    assert stopping["reason"] == "budget"


def test_dollars_of_a_program_that_counts_them(lab: Lab, tmp_path: Path) -> None:
    """Claude ends by itself, if we are not quicker; the receipt tells it all the same."""
    budget = {"usd": 0.004}
    root = tmp_path / "project"
    receipt = meet_once(lab, root, "claude", loop("claude"), budget=budget).receipt
    assert receipt.cost_usd is not None
    assert not receipt.cost_estimated
    error = error_of(receipt)
    assert error.code == Code.AGENT_BUDGET_EXCEEDED
    assert error.data["used"] == receipt.cost_usd > 0.004
    assert error.data["overshoot"] == pytest.approx(receipt.cost_usd - 0.004)


def test_prices_of_the_project(lab: Lab, tmp_path: Path) -> None:
    """Codex tells no cost. The day's costs say that this one is reckoned."""
    say = Say("It is done.", usage=ANSWER)
    priced = {"job": Meeting((say,), {"model": MODEL})}
    outcome = meet(lab, tmp_path / "project", "codex", priced, prices=PRICES)["job"]
    receipt = outcome.receipt
    assert receipt.status is RunStatus.SUCCEEDED, receipt.error
    assert receipt.cost_usd == pytest.approx(ANSWER_USD)
    assert receipt.cost_estimated
    assert (outcome.run.cost_usd, outcome.run.cost_estimated) == (
        receipt.cost_usd,
        True,
    )


def test_a_day_is_used_up(lab: Lab, tmp_path: Path) -> None:
    """By one job for all that act as its role: by hand, and when they are due."""
    need("codex")
    member = {"role": "member", "prompt": prompt_of("job")}
    jobs = {
        "asked": agent_job(lab, "codex", **member),
        "due": agent_job(lab, "codex", **member, schedule="weekly"),
        "other": agent_job(lab, "codex", prompt=prompt_of("job"), role="viewer"),
    }
    day = {"per_day": {"tokens": ANSWER.input + ANSWER.output}}
    roles = {"member": {"profile": "workspace", "budget": day}}
    lab.script(Say("It is done.", usage=ANSWER, times=None))
    config = {"jobs": jobs, "roles": roles}
    with agent_site(lab, tmp_path / "project", config) as site:
        assert site.run("asked").receipt.status is RunStatus.SUCCEEDED
        refused = site.jobconsole("run", "asked")
        assert refused.returncode == 5
        assert "1050 of 1050 tokens for a day of role member" in refused.stderr
        site.tick()
        ran = api.history(site.project, HistoryQuery()).runs
        assert [it.job_id for it in ran] == ["asked"]
        assert "1050 of 1050 tokens" in site.jobconsole("why", "due").stdout
        assert site.run("other").receipt.status is RunStatus.SUCCEEDED


def test_two_at_once_share_a_day(lab: Lab, tmp_path: Path) -> None:
    """Neither alone has used it up; both are stopped."""
    limit = 20_000
    member = {"profile": "workspace", "budget": {"per_day": {"tokens": limit}}}
    both_are_here = "until [ -e one.here ] && [ -e other.here ]; do sleep 0.02; done"
    pair = {}
    for it in ("one", "other"):
        meets = shell("codex", f"touch {it}.here; {both_are_here}")
        pair[it] = Meeting((meets, loop("codex")), {"role": "member"})
    root, roles = tmp_path / "project", {"member": member}
    outcomes = meet(lab, root, "codex", pair, roles=roles)
    receipts = [it.receipt for it in outcomes.values()]
    for receipt in receipts:
        error = error_of(receipt)
        assert error.code == Code.AGENT_BUDGET_EXCEEDED
        assert error.data["budget_of"] == "a day of role member"
        assert float(str(error.data["used"])) > limit
    assert all(used(it, "tokens") < limit for it in receipts)
