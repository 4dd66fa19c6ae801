"""A provider that serves nobody holds its job until it serves again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.settle import end_run
from runner.model.account import Verdict
from runner.model.errors import Code
from runner.model.instants import utc_text, utc_text_ms
from runner.model.occurrence import Reason
from runner.model.orders import Order
from runner.model.receipt import ErrorEnvelope
from runner.model.run import RunStatus
from runner.model.views import JobState
from runner.store import control, runs
from runner.store.db import transaction
from runner.store.spending import Bill
from tests.helpers.decisions import kept, lose_index, pause, resume, undo, view
from tests.helpers.receipts import receipt
from tests.helpers.spent import spent
from tests.helpers.still import assert_disjoint, at, still

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.still import Still

START = at("2026-11-20 12:00")
HOUR = 3600
JOBS = {"a": {"when": {"every": HOUR}}, "b": {"when": {"every": HOUR}}}
UNTIL = START + 2 * HOUR + 1800


def turned_away(it: Still, until: int | None = UNTIL) -> str:
    """The end of a run that the provider did not serve; its id."""
    data: dict[str, object] = {} if until is None else {"resets_at": utc_text(until)}
    error = ErrorEnvelope(Code.AGENT_UNAVAILABLE, "You've hit your limit", data=data)
    now_ms = it.clock.wall_ms()
    run_id = spent(it.project, "a", Bill(), when=(now_ms, None))
    ended = receipt(run_id=run_id, error=error, ended_at=utc_text_ms(now_ms))
    with transaction(it.project.index):
        assert end_run(it.project, ended)
        assert not end_run(it.project, ended)
    return run_id


def test_nothing_starts_by_schedule_until_then(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = turned_away(it)
        held = view(it)
        assert held.state is JobState.HELD
        assert held.standing is not None
        assert held.standing.what is Reason.HELD
        assert held.standing.until == UNTIL
        assert held.standing.actor == f"run {run_id}"
        assert held.standing.reason == "You've hit your limit"
        assert held.next_at == START + 3 * HOUR
        assert view(it, "b").state is JobState.IDLE

        for hours in (1, 2, 3):
            it.tick_at(START + hours * HOUR)

        (span,) = it.spans("a")
        assert (span.reason, span.stretch.fires) == (Reason.HELD, 2)
        assert (span.stretch.first, span.stretch.last) == (
            START + HOUR,
            START + 2 * HOUR,
        )
        assert it.taken("a") == [START + 3 * HOUR]
        assert it.taken("b") == [START + HOUR]
        assert view(it).state is JobState.QUEUED
        assert_disjoint(it, "a")


def test_nobody_looked_while_it_was_held(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        turned_away(it)
        it.tick_at(START + 3 * HOUR)
        assert [(it_.reason, it_.stretch.fires) for it_ in it.spans("a")] == [
            (Reason.HELD, 2)
        ]
        assert it.taken("a") == [START + 3 * HOUR]


def test_an_instant_at_the_very_end_is_held(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        turned_away(it, START + HOUR)
        it.tick_at(START + HOUR)
        assert it.taken("a") == []
        it.tick_at(START + 2 * HOUR)
        assert it.taken("a") == [START + 2 * HOUR]


def test_it_is_said_why(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = turned_away(it)
        ahead = api.why(it.project, "a", START + HOUR)
        it.tick_at(START + HOUR)
        after = api.why(it.project, "a", START + HOUR)
        assert ahead.verdict is Verdict.HELD_BACK
        assert after.verdict is Verdict.DECLINED
        for found in (ahead, after):
            assert f"held by run {run_id} since" in found.answer
            assert "until" in found.answer
            assert "You've hit your limit" in found.answer
            assert found.hint == "jobconsole resume a"


def test_a_person_may_start_it_all_the_same(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        turned_away(it)
        run_id = api.submit(it.project, Order("a", "tester"))
        assert api.resolve_run(it.project, run_id).status is RunStatus.QUEUED


def test_resume_lifts_it(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        turned_away(it)
        assert resume(it)
        assert view(it).state is JobState.IDLE
        assert kept(it) == ["held", "resumed"]
        it.tick_at(START + HOUR)
        assert it.taken("a") == [START + HOUR]


def test_resume_lifts_a_pause_as_well(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        turned_away(it)
        pause(it)
        assert view(it).state is JobState.PAUSED
        resume(it)
        assert view(it).state is JobState.IDLE


def test_it_is_kept_and_found_again(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = turned_away(it)
        (entry,) = [
            it_
            for it_ in control.entries(it.project.state.control)
            if it_["what"] == "held"
        ]
        assert entry == {
            "at": "2026-11-20T12:00:00.000Z",
            "what": "held",
            "job": "a",
            "actor": f"run {run_id}",
            "reason": "You've hit your limit",
            "until": "2026-11-20T14:30:00Z",
        }
        lose_index(it)
        assert view(it).state is JobState.HELD
        it.tick_at(START + 2 * HOUR)
        it.tick_at(START + 3 * HOUR)
        assert it.taken("a") == [START + 3 * HOUR]


def test_a_later_hold_replaces_an_earlier_one(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        turned_away(it, START + 600)
        turned_away(it, UNTIL)
        standing = view(it).standing
        assert standing is not None
        assert standing.until == UNTIL


@pytest.mark.parametrize("until", [None, START, START - 1])
def test_a_time_that_is_not_to_come_holds_nothing(
    tmp_path: Path, until: int | None
) -> None:
    with still(tmp_path, JOBS, START) as it:
        turned_away(it, until)
        assert kept(it) == []
        assert view(it).state is JobState.IDLE


def test_what_waits_in_the_queue_waits_on(tmp_path: Path) -> None:
    """What the schedule brought; who asks by hand is served."""
    jobs = {"a": {"when": {"every": HOUR}, "overlap": "queue"}}
    with still(tmp_path, jobs, START) as it:
        it.tick_at(START + HOUR)
        turned_away(it)
        asked = api.submit(it.project, Order("a", "tester"))
        it.start_all()
        running = [run.run_id for run in runs.running(it.project.index)]
        assert running == [asked]
        it.end_all()
        it.clock.advance((UNTIL - it.now) * 1000 - 1)
        it.start_all()
        assert runs.running(it.project.index) == []
        it.clock.advance(1)
        it.start_all()
        (run,) = runs.running(it.project.index)
        assert run.scheduled_for == START + HOUR


def test_it_waited_for_two_things_one_after_the_other(tmp_path: Path) -> None:
    """Nobody looked meanwhile: each occurrence is declined once."""
    with still(tmp_path, JOBS, START) as it:
        turned_away(it)
        pause(it, until=START + HOUR + 1800)
        it.tick_at(START + 4 * HOUR)
        spans = [(span.reason, span.stretch.fires) for span in it.spans("a")]
        assert spans == [(Reason.PAUSED, 1), (Reason.HELD, 1)]
        assert_disjoint(it, "a")
        assert it.taken("a") == [START + 4 * HOUR]


def test_nobody_undoes_it(tmp_path: Path) -> None:
    """It was no person's decision: `undo` takes back the last one of theirs."""
    with still(tmp_path, JOBS, START) as it:
        pause(it, "b")
        turned_away(it)
        undo(it)
        assert view(it).state is JobState.HELD
        assert view(it, "b").state is JobState.IDLE


def test_an_edit_does_not_lift_it(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        turned_away(it)
        it.configure({"a": {"when": {"every": 2 * HOUR}}})
        it.tick_at(START + 2 * HOUR)
        assert it.taken("a") == []
        assert view(it).state is JobState.HELD


def test_a_pause_that_ends_before_the_hold_changes_nothing(tmp_path: Path) -> None:
    """Every answer agrees with the tick: what lasts longest decides."""
    with still(tmp_path, JOBS, START) as it:
        turned_away(it)
        pause(it, until=START + HOUR + 60)
        for now in (START + 30, START + HOUR + 120):
            it.clock.set_wall(now * 1000)
            assert view(it).next_at == START + 3 * HOUR
            assert view(it).state is JobState.HELD
            told = api.why(it.project, "a", START + 2 * HOUR)
            assert told.verdict is Verdict.HELD_BACK
            assert "held by run" in told.answer
