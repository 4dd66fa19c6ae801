"""A budget that is used up keeps runs from starting: by hand, by schedule, at last."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.enqueue import Moment, enqueue_due
from runner.engine.grants import grants_for
from runner.engine.tick import run as tick_run
from runner.model.account import Verdict
from runner.model.errors import BudgetExceededError, Code
from runner.model.occurrence import Reason
from runner.model.orders import Order, ReplayOrder
from runner.model.run import RunStatus
from runner.store import pulse
from runner.store.db import transaction
from runner.store.spending import Bill
from tests.helpers.played import asked_for_version, claude, played_site
from tests.helpers.project import ended, write_project
from tests.helpers.site import receipt_of
from tests.helpers.spent import spent
from tests.helpers.still import Row, at, still

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.helpers.still import Still

MIDNIGHT = at("2026-11-20 00:00")
HOUR = 3600
DAY = 24 * HOUR
AGENT = {"agent": "claude", "prompt": "Hello"}
HOURLY = {**AGENT, "when": {"every": HOUR}}
ONE_TURN = {"per_day": {"turns": 1}}


def configure(it: Still, config: Mapping[str, object]) -> None:
    write_project(it.project.root, json.dumps({"timezone": "UTC", **config}))
    api.refresh(it.project)


def use(it: Still, job_id: str, role: str = "admin") -> None:
    """A turn, now."""
    now_ms = it.clock.wall_ms()
    bill = Bill(turns=1)
    spent(it.project, job_id, bill, role=role, when=(now_ms, now_ms))


BY_JOB = ({"jobs": {"a": {**HOURLY, "budget": ONE_TURN}}}, "a", "admin")
BY_ROLE = (
    {
        "jobs": {"a": {**HOURLY, "role": "clerk"}},
        "roles": {"clerk": {"profile": "workspace", "budget": ONE_TURN}},
    },
    "other",
    "clerk",
)
BY_PROJECT = ({"jobs": {"a": HOURLY}, "budget": ONE_TURN}, "other", "member")
WHOSE: dict[str, tuple[Mapping[str, object], str, str]] = {
    "a day of job a": BY_JOB,
    "a day of role clerk": BY_ROLE,
    "a day of the project": BY_PROJECT,
}


@pytest.mark.parametrize("whose", WHOSE)
def test_nothing_is_queued_by_hand(tmp_path: Path, whose: str) -> None:
    config, job_id, role = WHOSE[whose]
    with still(tmp_path, {}, MIDNIGHT) as it:
        configure(it, config)
        use(it, job_id, role)
        with pytest.raises(BudgetExceededError) as caught:
            api.submit(it.project, Order("a", "tester"))
        assert not pulse.any_queued(it.project.index)
    error = caught.value
    assert error.code is Code.AGENT_BUDGET_EXCEEDED
    assert error.message == f"its budget is used up: 1 of 1 turns for {whose}"
    assert "per_day" in error.hint
    assert error.data["budget_of"] == whose


def test_what_was_found_out_before_midnight_decides_about_the_new_day(
    tmp_path: Path,
) -> None:
    """A timer asks a second ahead, for an instant that begins a day."""
    with still(tmp_path, {}, MIDNIGHT - HOUR) as it:
        configure(it, BY_JOB[0])
        use(it, "a")
        it.clock.set_wall((MIDNIGHT - 1) * 1000)
        grants = grants_for(it.project, MIDNIGHT)
        moment = Moment(MIDNIGHT * 1000, it.project.identity.boot)
        with transaction(it.project.index):
            done = enqueue_due(it.project.index, moment, grants)
    assert (len(done.run_ids), done.declined) == (1, [])


@pytest.mark.parametrize("whose", WHOSE)
def test_an_occurrence_is_declined_and_said_why(tmp_path: Path, whose: str) -> None:
    config, job_id, role = WHOSE[whose]
    with still(tmp_path, {}, MIDNIGHT) as it:
        configure(it, config)
        use(it, job_id, role)
        report = it.tick_at(MIDNIGHT + HOUR)
        found = api.why(it.project, "a", MIDNIGHT + HOUR)
        rows = it.rows("a")
    assert report.started == []
    (declined,) = report.skipped
    assert (declined.job_id, declined.reason) == ("a", Reason.BUDGET)
    assert rows == [Row(MIDNIGHT + HOUR, Reason.BUDGET)]
    assert found.verdict is Verdict.DECLINED
    told = f"its budget is used up: 1 of 1 turns for {whose}"
    assert found.answer == f"It did not run: {told}."
    assert "per_day" in found.hint


def test_the_next_day_it_goes_on(tmp_path: Path) -> None:
    with still(tmp_path, {}, MIDNIGHT) as it:
        configure(it, {"jobs": {"a": {**HOURLY, "budget": ONE_TURN}}})
        use(it, "a")
        it.tick_at(MIDNIGHT + DAY - HOUR)
        assert it.taken("a") == []
        it.tick_at(MIDNIGHT + DAY)
        assert it.taken("a") == [MIDNIGHT + DAY]


def test_each_occurrence_that_it_costs_is_declined(tmp_path: Path) -> None:
    job = {**HOURLY, "budget": ONE_TURN, "catch_up": "all"}
    with still(tmp_path, {}, MIDNIGHT) as it:
        configure(it, {"jobs": {"a": job}})
        use(it, "a")
        it.tick_at(MIDNIGHT + 3 * HOUR)
        declined = [row.reason for row in it.rows("a")]
        declined += [span.reason for span in it.spans("a")]
        assert declined
        assert set(declined) == {Reason.BUDGET}
        found = api.why(it.project, "a", MIDNIGHT + 2 * HOUR)
        assert found.verdict is Verdict.DECLINED


def test_others_go_on(tmp_path: Path) -> None:
    jobs = {"a": {**HOURLY, "budget": ONE_TURN}, "b": HOURLY, "c": AGENT}
    with still(tmp_path, {}, MIDNIGHT) as it:
        configure(it, {"jobs": jobs})
        use(it, "a")
        it.tick_at(MIDNIGHT + HOUR)
        assert it.taken("b") == [MIDNIGHT + HOUR]
        assert api.submit(it.project, Order("c", "tester"))


def test_programs_need_no_money(tmp_path: Path) -> None:
    config = {
        "budget": ONE_TURN,
        "jobs": {"a": {"command": ["true"], "when": {"every": HOUR}}},
    }
    with still(tmp_path, {}, MIDNIGHT) as it:
        configure(it, config)
        use(it, "other")
        it.tick_at(MIDNIGHT + HOUR)
        assert it.taken("a") == [MIDNIGHT + HOUR]


def test_an_overlap_is_told_before_a_budget(tmp_path: Path) -> None:
    """The run in the way is what the operator wants to hear of."""
    with still(tmp_path, {}, MIDNIGHT) as it:
        configure(it, {"jobs": {"a": {**HOURLY, "budget": ONE_TURN}}})
        it.tick_at(MIDNIGHT + HOUR)
        use(it, "a")
        it.clock.advance(HOUR * 1000)
        it.decide()
        assert it.rows("a")[1:] == [Row(MIDNIGHT + 2 * HOUR, Reason.OVERLAP)]


def test_a_replay_is_refused_too(tmp_path: Path) -> None:
    with still(tmp_path, {}, MIDNIGHT) as it:
        configure(it, {"jobs": {"a": {**HOURLY, "budget": ONE_TURN}}})
        run_id = api.submit(it.project, Order("a", "tester"))
        api.cancel(it.project, run_id, actor="tester", kill=False)
        use(it, "a")
        with pytest.raises(BudgetExceededError):
            api.replay(it.project, run_id, ReplayOrder("tester"))


def test_a_dry_run_tells_it_and_changes_nothing(tmp_path: Path) -> None:
    with still(tmp_path, {}, MIDNIGHT) as it:
        configure(it, {"jobs": {"a": {**HOURLY, "budget": ONE_TURN}}})
        use(it, "a")
        it.clock.advance(HOUR * 1000)
        report = tick_run(it.project, dry_run=True)
        assert [it_.reason for it_ in report.skipped] == [Reason.BUDGET]
        assert it.rows("a") == []


@pytest.mark.slow
def test_the_worker_looks_once_more_before_the_start(tmp_path: Path) -> None:
    """Both were let in; the first has used it all up by the time of the second."""
    job = {**AGENT, "overlap": "queue", "budget": {"per_day": {"usd": 0.25}}}
    config = {"concurrency": {"agent": 1}, "jobs": {"a": job}}
    with played_site(tmp_path, config, {"a": claude(cost=0.25)}) as project:
        first, second = (api.submit(project, Order("a", "tester")) for _ in "12")
        assert ended(project, first).status is RunStatus.SUCCEEDED
        view = ended(project, second)
        receipt = receipt_of(project, second)
        assert view.status is RunStatus.FAILED
        assert view.error_code == Code.AGENT_BUDGET_EXCEEDED
        assert receipt.attempts == ()
        assert receipt.error is not None
        assert receipt.error.data["budget_of"] == "a day of job a"
        assert receipt.error.hint
        assert asked_for_version(tmp_path, "claude") == 1
        assert list((tmp_path / "tmp").iterdir()) == []
