"""Why a run began late though somebody looked in time: what it waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner import api
from runner.model.account import Explanation, Verdict
from runner.model.run import RunStatus
from runner.store import control, meta, runs
from runner.store.control import Entry, What
from runner.store.db import transaction
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from pathlib import Path

START = at("2020-01-01 05:58")
SIX = at("2020-01-01 06:00")
MINUTE, HOUR = 60, 3_600
AT_SIX = {"when": {"every": HOUR}}
"""Of two that are due at once, the first in the file is queued first."""
TWO: dict[str, object] = {"first": AT_SIX, "second": AT_SIX}


def why(it: Still, job_id: str = "second") -> Explanation:
    return api.why(it.project, job_id, SIX)


def narrow(it: Still) -> None:
    with transaction(it.project.index):
        meta.set_pools(it.project.index, {"default": 1})


def hold(it: Still, job_id: str, until: int) -> None:
    """What a run of the job does whose agent was refused until then."""
    entry = Entry(
        what=What.HELD, job=job_id, actor="run x", until=control.text_of(until)
    )
    control.decide(it.project.state.control, it.clock.wall_ms(), entry)


def start_one(it: Still) -> str:
    """What a worker does: claim the next run."""
    with transaction(it.project.index):
        me = runs.Claimant("tester", it.project.identity, durable=True)
        claim = runs.claim(it.project.index, "default", me, it.clock.wall_ms())
    assert claim is not None
    return claim.run_id


def test_behind_the_run_that_had_the_place(tmp_path: Path) -> None:
    with still(tmp_path, TWO, START) as it:
        narrow(it)
        it.tick_at(SIX)
        blocking = start_one(it)
        it.clock.advance(2 * MINUTE * 1000)
        waits = why(it)
        it.clock.advance(2 * MINUTE * 1000)
        it.end_all()
        it.run_all()
        found = why(it)
    assert waits.verdict is Verdict.WAITS
    assert waits.answer == (
        "It waits for its turn, queued since 06:00,"
        f" behind run {blocking} of first in pool default."
    )
    assert found.verdict is Verdict.RAN_LATE
    assert found.answer == (
        "It ran at 06:04, 4m late: it waited 4m in its queue,"
        f" behind run {blocking} of first in pool default."
    )
    assert dict(found.facts)["behind"].endswith("until Wed 2020-01-01 06:04 +00:00")


def test_it_waits_and_was_queued_late(tmp_path: Path) -> None:
    with still(tmp_path, TWO, START) as it:
        it.clock.suspend(30 * MINUTE * 1000)
        it.tick()
        found = why(it)
    assert found.verdict is Verdict.WAITS
    assert found.answer == (
        "It waits for its turn, queued since 06:28. It was queued 28m late: the machine"
        " slept from about 05:58 to 06:28 (inferred from its clocks)."
    )
    assert found.gap is not None


def test_behind_a_run_whose_worker_had_died(tmp_path: Path) -> None:
    with still(tmp_path, TWO, START) as it:
        narrow(it)
        it.tick_at(SIX)
        blocking = start_one(it)
        it.clock.advance(5 * MINUTE * 1000)
        with transaction(it.project.index):
            (row,) = runs.running(it.project.index)
            lost = it._success(row)._replace(status=RunStatus.LOST)
            runs.end(it.project.index, lost)
        it.run_all()
        found = why(it)
    assert found.answer == (
        "It ran at 06:05, 5m late: it waited 5m in its queue, behind run"
        f" {blocking} of first in pool default, whose worker had died."
    )


def test_a_pool_with_room_is_not_to_blame(tmp_path: Path) -> None:
    with still(tmp_path, TWO, START) as it:
        it.tick_at(SIX)
        start_one(it)
        it.clock.advance(4 * MINUTE * 1000)
        it.run_all()
        found = why(it)
    assert found.answer == "It ran at 06:04, 4m late: it waited 4m in its queue."


def test_behind_the_run_before_it(tmp_path: Path) -> None:
    jobs = {"second": {**AT_SIX, "overlap": "queue"}}
    with still(tmp_path, jobs, START - HOUR) as it:
        it.tick_at(SIX - HOUR)
        before = start_one(it)
        it.tick_at(SIX)
        it.clock.advance(10 * MINUTE * 1000)
        it.end_all()
        it.run_all()
        found = why(it)
    assert found.answer == (
        "It ran at 06:10, 10m late: it waited 10m in its queue,"
        f" behind run {before} of the same job."
    )


def test_the_machine_slept_after_it_was_queued(tmp_path: Path) -> None:
    with still(tmp_path, TWO, START) as it:
        it.tick_at(SIX)
        it.clock.advance(30_000)
        it.clock.suspend(70 * MINUTE * 1000)
        it.clock.advance(30_000)
        waits = why(it)
        it.run_all()
        it.clock.advance(MINUTE * 1000)
        it.tick()
        found = why(it)
    assert "of which the machine slept about 1h10m (inferred" in waits.answer
    assert found.answer == (
        "It ran at 07:11, 1h11m late: it waited 1h11m in its queue,"
        " of which the machine slept about 1h10m (inferred from its clocks)."
    )


def test_a_sleep_before_it_was_queued_does_not_count(tmp_path: Path) -> None:
    with still(tmp_path, TWO, SIX - HOUR - 60) as it:
        it.clock.suspend(HOUR * 1000)
        it.tick_at(SIX)
        it.clock.advance(4 * MINUTE * 1000)
        it.run_all()
        found = why(it)
    assert found.answer == "It ran at 06:04, 4m late: it waited 4m in its queue."


def test_the_machine_was_restarted_after_it_was_queued(tmp_path: Path) -> None:
    with still(tmp_path, TWO, START) as it:
        it.tick_at(SIX)
        it.reboot(10 * MINUTE)
        it.clock.advance(MINUTE * 1000)
        it.tick()
        it.run_all()
        found = why(it)
    assert found.answer == (
        "It ran at 06:11, 11m late: it waited 11m in its queue,"
        " in which the machine was started anew (inferred from its clocks)."
    )


def test_its_provider_served_nobody(tmp_path: Path) -> None:
    with still(tmp_path, TWO, START) as it:
        it.tick_at(SIX)
        hold(it, "second", SIX + 10 * MINUTE)
        it.clock.advance(11 * MINUTE * 1000)
        it.run_all()
        found = why(it)
    assert found.answer == (
        "It ran at 06:11, 11m late: it waited 11m in its queue,"
        " as its agent's provider served nobody until 06:10."
    )
