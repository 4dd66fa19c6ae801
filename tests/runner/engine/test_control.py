"""Pausing and disabling jobs without touching the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner import api
from runner.model.errors import (
    JobNotFoundError,
    PolicyDeniedError,
    TriggerInvalidError,
)
from runner.model.occurrence import Reason, Stretch
from runner.model.orders import Order
from runner.model.run import RunStatus
from runner.model.views import JobState
from runner.process.environment import RUN_VARIABLE, current
from runner.store import control, pulse, standing
from runner.store.control import What
from tests.helpers.decisions import (
    by,
    kept,
    lose_index,
    pause,
    reindex,
    resume,
    view,
)
from tests.helpers.project import opened
from tests.helpers.still import Still, assert_disjoint, at, still

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = at("2020-01-01 00:00")
HOUR = 3600
DAY = 24 * HOUR
HOURLY = {"when": {"every": HOUR}}
ALL = {**HOURLY, "catch_up": "all", "overlap": "queue"}
PAUSED, DISABLED = Reason.PAUSED, Reason.DISABLED


def disable(it: Still) -> None:
    api.disable(it.project, "a", by())


def enable(it: Still) -> bool:
    return api.enable(it.project, "a", by()).changed


def test_a_paused_job_does_not_start(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it)
        for hour in range(1, 4):
            assert it.tick_at(START + hour * HOUR).started == []
        assert it.spans("a") == [(Stretch(START + HOUR, START + 3 * HOUR, 3), PAUSED)]
        assert resume(it)
        assert len(it.tick_at(START + 4 * HOUR).started) == 1


def test_it_shows(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        api.pause(it.project, "A", by("bob", "holidays", START + 90 * 60))
        shown = view(it)
        assert (shown.state, shown.enabled) == (JobState.PAUSED, True)
        assert shown.next_at == START + 2 * HOUR
        assert shown.standing is not None
        assert shown.standing.actor == "bob"
        assert shown.standing.reason == "holidays"
        assert shown.standing.until == START + 90 * 60
        assert shown.standing.since_ms == START * 1000
        (fires,) = api.next_fires(it.project, "a", it.now, 1)
        assert fires.instants == [START + 2 * HOUR]
        pause(it)
        assert view(it).next_at is None
        resume(it)
        shown = view(it)
        assert (shown.state, shown.standing) == (JobState.IDLE, None)
        assert shown.next_at == START + HOUR


def test_pausing_counts_for_what_is_due_already(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.clock.advance(HOUR * 1000)
        pause(it)
        assert it.tick().started == []
        assert it.spans("a") == [(Stretch(START + HOUR, START + HOUR, 1), PAUSED)]


@pytest.mark.parametrize(
    ("hold", "free", "reason"),
    [(pause, resume, PAUSED), (disable, enable, DISABLED)],
    ids=["pause", "disable"],
)
def test_nothing_is_caught_up_by_surprise(
    tmp_path: Path,
    hold: Callable[[Still], None],
    free: Callable[[Still], bool],
    reason: Reason,
) -> None:
    """Nobody looked while it lasted; taking it back explains all of that."""
    with still(tmp_path, {"a": ALL}, START) as it:
        hold(it)
        it.clock.advance(5 * HOUR * 1000 + 1000)
        assert free(it)
        assert it.spans("a") == [(Stretch(START + HOUR, START + 5 * HOUR, 5), reason)]
        assert it.tick().started == []
        assert len(it.tick_at(START + 6 * HOUR).started) == 1


def test_a_pause_ends_by_itself(tmp_path: Path) -> None:
    """The instant itself still belongs to it."""
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it, until=START + 2 * HOUR)
        assert it.tick_at(START + HOUR).started == []
        assert it.tick_at(START + 2 * HOUR).started == []
        assert view(it).state is JobState.IDLE
        assert len(it.tick_at(START + 3 * HOUR).started) == 1
        assert not resume(it)
        assert kept(it) == ["paused"]


@pytest.mark.parametrize(
    ("keys", "runs"), [(HOURLY, [5]), (ALL, [3, 4, 5])], ids=["latest", "all"]
)
def test_it_ended_while_nobody_looked(
    tmp_path: Path, keys: dict[str, object], runs: list[int]
) -> None:
    with still(tmp_path, {"a": keys}, START) as it:
        pause(it, until=START + 2 * HOUR + 600)
        it.tick_at(START + 5 * HOUR + 60)
        assert it.spans("a")[0] == (Stretch(START + HOUR, START + 2 * HOUR, 2), PAUSED)
        assert it.taken("a") == [START + hour * HOUR for hour in runs]
        assert_disjoint(it, "a")


@given(
    st.integers(0, 10 * HOUR),
    st.integers(1, 10 * HOUR),
    st.lists(st.integers(1, 4 * HOUR), max_size=4),
)
def test_what_is_paused_is_what_lies_before_its_end(
    tmp_path_factory: pytest.TempPathFactory, since: int, lasts: int, looks: list[int]
) -> None:
    """However often anybody looks meanwhile."""
    tmp_path = tmp_path_factory.mktemp("paused")
    with still(tmp_path, {"a": ALL}, START) as it:
        it.clock.advance(since * 1000)
        it.decide()
        until = it.now + lasts
        pause(it, until=until)
        paused_from = it.now
        for seconds in looks:
            it.clock.advance(seconds * 1000)
            it.decide()
        it.clock.advance(24 * HOUR * 1000)
        it.decide()
        fires = range(START + HOUR, it.now + 1, HOUR)
        assert it.taken("a") == [t for t in fires if not paused_from < t <= until]
        assert_disjoint(it, "a")


def test_an_instant_that_has_passed_is_refused(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        with pytest.raises(TriggerInvalidError, match="has passed"):
            pause(it, until=START)
        assert kept(it) == []


def test_pausing_again_changes_until_when_and_why(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it)
        api.pause(it.project, "a", by("bob", "longer", START + DAY))
        shown = view(it).standing
        assert shown is not None
        assert (shown.actor, shown.reason, shown.until) == (
            "bob",
            "longer",
            START + DAY,
        )


def test_what_is_not_there_is_not_taken_back(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        assert not resume(it)
        assert not enable(it)
        assert kept(it) == []


def test_file_and_command_disable_each_by_itself(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {**HOURLY, "enabled": False}}, START) as it:
        disable(it)
        enabled = api.enable(it.project, "a", by())
        assert (enabled.changed, enabled.view.enabled) == (True, False)
        disable(it)
        it.configure({"a": HOURLY})
        it.tick_at(START + HOUR)
        assert view(it).state is JobState.DISABLED
        assert it.taken("a") == []
        enable(it)
        assert view(it).state is JobState.IDLE
        assert it.spans("a") == [(Stretch(START + HOUR, START + HOUR, 1), DISABLED)]


def test_disabled_is_stronger_than_paused(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it)
        api.disable(it.project, "a", by("bob"))
        shown = view(it)
        assert (shown.state, shown.enabled, shown.next_at) == ("disabled", False, None)
        assert shown.standing is not None
        assert shown.standing.actor == "bob"
        enable(it)
        assert view(it).state is JobState.PAUSED


@pytest.mark.parametrize("hold", [pause, disable])
def test_by_hand_it_runs_all_the_same(
    tmp_path: Path, hold: Callable[[Still], None]
) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        hold(it)
        run_id = api.submit(it.project, Order("a", "ann"))
        assert api.resolve_run(it.project, run_id).status is RunStatus.QUEUED
        assert view(it).state is JobState.QUEUED


def test_nobody_waits_for_it(tmp_path: Path) -> None:
    """Unless its pause ends by itself: what falls due after that starts on time."""
    with still(tmp_path, {"a": HOURLY}, START) as it:
        assert pulse.next_due(it.project.index) == START + HOUR
        pause(it, until=START + 10)
        assert pulse.next_due(it.project.index) == START + HOUR
        pause(it)
        assert pulse.next_due(it.project.index) is None
        resume(it)
        disable(it)
        assert pulse.next_due(it.project.index) is None


def test_a_clock_set_back_finds_the_pause_again(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it, until=START + 2 * HOUR)
        assert len(it.tick_at(START + 3 * HOUR).started) == 1
        it.run_all()
        it.clock.set_wall((START + 90 * 60) * 1000)
        it.tick()
        assert it.spans("a") == [(Stretch(START + HOUR, START + HOUR, 1), PAUSED)]
        assert it.tick_at(START + 2 * HOUR).started == []
        assert it.spans("a")[0].stretch.fires == 2
        assert_disjoint(it, "a")


def test_resumed_before_anybody_saw_that_the_clock_was_set_back(
    tmp_path: Path,
) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it)
        it.tick_at(START + 5 * HOUR)
        it.clock.set_wall((START + 2 * HOUR + 60) * 1000)
        resume(it)
        it.tick()
        assert it.spans("a")[0].stretch.last == START + 2 * HOUR
        assert len(it.tick_at(START + 3 * HOUR).started) == 1
        assert_disjoint(it, "a")


def test_an_edit_meanwhile(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it)
        it.configure({"a": {"when": {"every": HOUR, "offset": 1800}}})
        it.clock.advance(2 * HOUR * 1000 + 60_000)
        it.tick()
        it.tick_at(START + 3 * HOUR)
        assert {span.reason for span in it.spans("a")} == {PAUSED}
        assert it.rows("a") == []
        assert view(it).state is JobState.PAUSED


def test_an_edit_after_a_pause_that_nobody_saw_end(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it, until=START + 2 * HOUR)
        it.configure({"a": {"when": {"every": HOUR, "offset": 1800}}})
        it.tick_at(START + 4 * HOUR)
        paused, missed = it.spans("a")
        assert paused == (Stretch(START + HOUR, START + 2 * HOUR, 2), PAUSED)
        assert missed == (Stretch(START + 3 * HOUR, START + 4 * HOUR, 2), "missed")


def test_a_job_that_goes_and_comes_stays_paused(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it)
        it.configure({})
        it.tick_at(START + HOUR)
        with pytest.raises(JobNotFoundError):
            resume(it)
        it.configure({"a": HOURLY})
        it.tick_at(START + 2 * HOUR)
        assert view(it).state is JobState.PAUSED
        assert it.tick_at(START + 3 * HOUR).started == []


@pytest.mark.parametrize("lose", [reindex, lose_index])
def test_it_outlives_the_index(tmp_path: Path, lose: Callable[[Still], None]) -> None:
    jobs = {"a": HOURLY, "b": HOURLY, "c": HOURLY}
    with still(tmp_path, jobs, START) as it:
        api.pause(it.project, "a", by("bob", "why", START + DAY))
        api.disable(it.project, "b", by())
        pause(it, "c")
        resume(it, "c")
        before = api.list_jobs(it.project)
        lose(it)
        assert api.list_jobs(it.project) == before
        assert len(it.tick_at(START + HOUR).started) == 1
        assert it.taken("c") == [START + HOUR]


def test_what_died_before_it_was_carried_over(tmp_path: Path) -> None:
    """control.jsonl has it, the index does not; `reindex` tells it."""
    with still(tmp_path, {"a": HOURLY}, START) as it:
        entry = control.Entry(what=What.PAUSED, job="a", actor="ann", reason="why")
        control.decide(it.project.state.control, it.clock.wall_ms(), entry)
        assert view(it).state is JobState.IDLE
        reindex(it)
        assert view(it).state is JobState.PAUSED


def test_a_legacy_job(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"schedule": "hourly"}}, START) as it:
        it.run_all()
        it.clock.advance(600 * 1000)
        pause(it)
        it.tick_at(START + HOUR)
        it.tick_at(START + 2 * HOUR)
        assert it.spans("a")[0].stretch.fires == 2
        it.clock.advance(600 * 1000)
        resume(it)
        assert view(it).next_at == START + 3 * HOUR
        assert len(it.tick_at(START + 3 * HOUR).started) == 1


def test_a_legacy_job_whose_pause_ended_while_nobody_looked(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"schedule": "hourly"}}, START) as it:
        it.run_all()
        pause(it, until=START + 2 * HOUR)
        assert view(it).next_at == START + 3 * HOUR
        assert it.tick_at(START + 2 * HOUR + 1).started == []
        assert it.spans("a") == [(Stretch(START + HOUR, START + HOUR, 1), PAUSED)]
        assert len(it.tick_at(START + 10 * HOUR).started) == 1
        assert it.taken("a")[-1] == START + 3 * HOUR


def test_a_legacy_job_never_run(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        it.configure({"a": {"schedule": "weekly"}})
        api.refresh(it.project)
        pause(it)
        assert it.tick().started == []
        resume(it)
        assert it.tick().started == []
        assert len(it.spans("a")) == 1


def test_an_unknown_job(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        with pytest.raises(JobNotFoundError) as caught:
            pause(it, "b")
        assert "b" in caught.value.message


def test_an_invalid_job_may_be_decided_about(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {**HOURLY, "enbled": True}}, START) as it:
        pause(it)
        shown = view(it)
        assert shown.state is JobState.INVALID
        assert shown.standing is not None
        it.tick_at(START + HOUR)
        it.configure({"a": HOURLY})
        assert it.tick_at(START + 2 * HOUR).started == []
        assert view(it).state is JobState.PAUSED


def inside(it: Still, role: str) -> Still:
    """The same project as a process of a run under that role has it."""
    run_id = api.submit(it.project, Order("asks", "ann", role))
    it.project.start = {**current(), RUN_VARIABLE: run_id}
    return it


def test_a_run_is_an_actor_with_its_role(tmp_path: Path) -> None:
    jobs = {
        "asks": {},
        "a": HOURLY,
        "low": {**HOURLY, "role": "viewer"},
        "bad": {"when": "no"},
    }
    with still(tmp_path, jobs, START) as it:
        inside(it, "viewer")
        for job_id in ("a", "bad"):
            with pytest.raises(PolicyDeniedError):
                pause(it, job_id)
        assert kept(it) == []
        pause(it, "low")
        shown = view(it, "low").standing
        assert shown is not None
        assert shown.actor == f"run {it.project.start[RUN_VARIABLE]}"


def test_a_second_connection_sees_it_at_once(tmp_path: Path) -> None:
    """As any process does: `pause` returned, so nothing starts any more."""
    with (
        still(tmp_path, {"a": HOURLY}, START) as it,
        opened(it.project.config, it.clock) as other,
    ):
        it.clock.advance(HOUR * 1000)
        pause(it)
        assert api.tick(other).started == []
        assert standing.of_job(other.index, "a").keys() == {PAUSED}
        assert it.rows("a") == []
