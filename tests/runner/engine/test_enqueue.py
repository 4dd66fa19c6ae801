"""What is due becomes a run, or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.decide import CATCH_UP_MOST
from runner.model.occurrence import Reason, Stretch
from runner.model.orders import Order
from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery
from tests.helpers.still import Row, at, still

if TYPE_CHECKING:
    from pathlib import Path

START = at("2020-01-01 00:00")
HOUR = 3600
DAY = 24 * HOUR
HOURLY = {"when": {"every": HOUR}}


def test_nothing_is_due_at_first_sight(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        assert it.rows("a") == []
        assert it.tick_at(START + HOUR - 1).started == []
        (run_id,) = it.tick_at(START + HOUR).started
        view = api.resolve_run(it.project, run_id)
    assert (view.status, view.trigger) == (RunStatus.QUEUED, Trigger.SCHEDULE)
    assert (view.role, view.actor) == ("admin", "schedule")
    assert view.scheduled_for == START + HOUR
    assert run_id.startswith("20200101T010000Z-")


def test_an_occurrence_runs_once(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        assert len(it.tick_at(START + HOUR).started) == 1
        it.run_all()
        assert it.tick_at(START + HOUR + 300).started == []
        assert it.taken("a") == [START + HOUR]


def test_what_comes_late_is_caught_up(tmp_path: Path) -> None:
    jobs = {"a": {**HOURLY, "catch_up": "all", "overlap": "queue"}}
    with still(tmp_path, jobs, START) as it:
        it.tick_at(START + 3 * HOUR + 10)
        history = api.history(it.project, HistoryQuery()).runs
    assert [(view.scheduled_for, view.trigger) for view in history] == [
        (START + 3 * HOUR, Trigger.SCHEDULE),
        (START + 2 * HOUR, Trigger.CATCH_UP),
        (START + HOUR, Trigger.CATCH_UP),
    ]


def test_all_is_at_most_a_hundred(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {**HOURLY, "catch_up": "all"}}, START) as it:
        assert len(it.tick_at(START + 10 * DAY).started) == CATCH_UP_MOST
        (span,) = it.spans("a")
        assert span.stretch.fires + CATCH_UP_MOST == 240


def test_an_overlap_is_skipped_with_its_reason(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.tick_at(START + HOUR)
        it.start_all()
        report = it.tick_at(START + 2 * HOUR)
        assert [declined.reason for declined in report.skipped] == [Reason.OVERLAP]
        it.end_all()
        it.tick_at(START + 3 * HOUR)
        assert it.rows("a") == [
            Row(START + HOUR, None),
            Row(START + 2 * HOUR, Reason.OVERLAP),
            Row(START + 3 * HOUR, None),
        ]


@pytest.mark.parametrize("overlap", ["queue", "allow"])
def test_an_overlap_that_is_wanted(tmp_path: Path, overlap: str) -> None:
    with still(tmp_path, {"a": {**HOURLY, "overlap": overlap}}, START) as it:
        it.tick_at(START + HOUR)
        it.start_all()
        assert len(it.tick_at(START + 2 * HOUR).started) == 1
        it.start_all()
        assert it.project.index.execute(
            "SELECT count(*) FROM runs WHERE status = 'running'"
        ).fetchone()[0] == (2 if overlap == "allow" else 1)


def test_a_condition_that_lasts_is_one_span(tmp_path: Path) -> None:
    """However many ticks see it."""
    with still(tmp_path, {"a": {**HOURLY, "enabled": False}}, START) as it:
        for hour in (1, 2, 3, 7, 8):
            it.tick_at(START + hour * HOUR)
        assert it.rows("a") == []
        assert it.spans("a") == [
            (Stretch(START + HOUR, START + 8 * HOUR, 8), Reason.DISABLED)
        ]
        it.configure({"a": HOURLY})
        it.tick_at(START + 9 * HOUR)
        it.run_all()
        it.configure({"a": {**HOURLY, "enabled": False}})
        it.tick_at(START + 10 * HOUR)
        assert [span.stretch.fires for span in it.spans("a")] == [8, 1]
        assert it.taken("a") == [START + 9 * HOUR]


def test_conditions_that_follow_each_other_are_two_spans(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {**HOURLY, "enabled": False}}, START) as it:
        it.tick_at(START + 2 * HOUR)
        it.configure({"a": {**HOURLY, "timeout": "never"}})
        it.tick_at(START + 4 * HOUR)
        assert it.spans("a") == [
            (Stretch(START + HOUR, START + 2 * HOUR, 2), Reason.DISABLED),
            (Stretch(START + 3 * HOUR, START + 4 * HOUR, 2), Reason.INVALID),
        ]


def test_a_role_that_may_not_start_it(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {**HOURLY, "roles": ["viewer"]}}, START) as it:
        assert it.tick_at(START + HOUR).started == []
        assert it.rows("a") == [Row(START + HOUR, Reason.DENIED)]


def test_one_job_in_trouble_stops_no_other(tmp_path: Path) -> None:
    jobs = {"a": {**HOURLY, "timeout": "never"}, "b": HOURLY, "c": HOURLY}
    with still(tmp_path, jobs, START) as it:
        assert len(it.tick_at(START + HOUR).started) == 2
        assert [span.reason for span in it.spans("a")] == [Reason.INVALID]


def test_a_dry_run_leaves_no_trace(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.clock.advance(HOUR * 1000)
        assert len(api.tick(it.project, dry_run=True).started) == 1
        assert it.rows("a") == []
        assert api.history(it.project, HistoryQuery()).runs == []
        assert len(it.tick().started) == 1


def test_a_single_instant(tmp_path: Path) -> None:
    jobs = {"a": {"when": {"once": "2020-01-01T05:00+01:00"}}}
    with still(tmp_path, jobs, START) as it:
        assert it.tick_at(START + 4 * HOUR - 1).started == []
        assert len(it.tick_at(START + 4 * HOUR).started) == 1
        assert it.tick_at(START + 9 * DAY).started == []
        (view,) = api.list_jobs(it.project)
        assert view.next_at is None


def test_what_was_never_run_before_is_due_at_once(tmp_path: Path) -> None:
    """Legacy jobs only, as they always were; then 20 hours and the preferred time."""
    jobs = {"a": {"schedule": "daily", "preferred_hour": 6}}
    first = START + 7 * HOUR
    second = START + DAY + 6 * HOUR
    with still(tmp_path, jobs, first) as it:
        assert it.taken("a") == [first]
        it.run_all()
        assert it.tick_at(second - 1).started == []
        assert len(it.tick_at(second).started) == 1
        assert it.taken("a") == [first, second]


def test_a_run_by_hand_postpones_a_legacy_job(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"schedule": "hourly"}}, START) as it:
        it.run_all()
        it.clock.advance(50 * 60 * 1000)
        api.submit(it.project, Order("a", "tester"))
        it.run_all()
        assert it.tick_at(START + HOUR).started == []
        assert it.tick_at(START + HOUR + 3000 - 1).started == []
        assert len(it.tick_at(START + HOUR + 3000).started) == 1


def test_a_run_by_hand_is_no_occurrence(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        run_id = api.submit(it.project, Order("a", "tester"))
        assert api.resolve_run(it.project, run_id).scheduled_for is None
        it.run_all()
        assert len(it.tick_at(START + HOUR).started) == 1
        assert it.taken("a") == [START + HOUR]


def test_a_legacy_job_that_was_off_for_long_runs_once(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"schedule": "hourly"}}, START) as it:
        it.run_all()
        assert len(it.tick_at(START + 30 * DAY).started) == 1
        assert it.taken("a") == [START, START + HOUR]
        it.run_all()
        assert it.tick_at(START + 30 * DAY + HOUR - 1).started == []


def test_a_disabled_legacy_job_says_so(tmp_path: Path) -> None:
    jobs = {"a": {"schedule": "hourly", "enabled": False}}
    with still(tmp_path, jobs, START) as it:
        for hour in range(1, 6):
            it.tick_at(START + hour * HOUR)
        assert it.taken("a") == []
        assert {span.reason for span in it.spans("a")} == {Reason.DISABLED}
