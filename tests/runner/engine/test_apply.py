"""A configuration comes into force: edits, jobs that go and come, broken files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.clocks import read_clocks
from runner.model.errors import Code, ConfigInvalidError
from runner.model.occurrence import Reason, Stretch
from runner.model.views import HistoryQuery, JobState
from runner.store import jobs, meta, ticks
from runner.store.control import first_seen
from runner.store.db import transaction
from tests.fakes.clock import FakeClock
from tests.helpers.project import opened, write_project
from tests.helpers.still import Row, assert_disjoint, at, still

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.still import Still

START = at("2020-01-01 00:00")
HOUR = 3600
HOURLY = {"when": {"every": HOUR}}
HALF_PAST = {"when": {"every": HOUR, "offset": 1800}}


def break_file(it: Still) -> None:
    it.project.config.write_text("jobs: {a: [}", "utf-8")


def test_a_new_job_begins_now(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        it.clock.advance(10 * HOUR * 1000)
        it.configure({"a": HOURLY})
        assert it.tick().started == []
        assert it.rows("a") == []
        assert len(it.tick_at(START + 11 * HOUR).started) == 1


def test_an_edit_counts_from_when_the_file_was_written(tmp_path: Path) -> None:
    """It was written between two ticks: what fell due in between is caught up."""
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.configure({"a": HALF_PAST})
        written = int(it.project.config.stat().st_ctime)
        fires = (
            written - written % HOUR + 1800 + (HOUR if written % HOUR >= 1800 else 0)
        )
        it.clock.set_wall((written - 10) * 1000)
        with_the_old = it.project.config.read_text("utf-8")
        assert "1800" in with_the_old
        look_without_reading(it)
        it.clock.advance((fires + 60 - it.now) * 1000)
        it.tick()
        assert it.taken("a") == [fires]
        assert_disjoint(it, "a")


def look_without_reading(it: Still) -> None:
    """A tick was here ten seconds before the file was written."""
    with transaction(it.project.index):
        ticks.record(it.project.index, read_clocks(it.project).look)
        jobs.set_progress(it.project.index, "a", it.now, it.now - it.now % HOUR + HOUR)


def test_what_the_old_schedule_missed_is_told(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.configure({"a": HALF_PAST})
        it.tick_at(START + 3 * HOUR)
        assert it.spans("a") == [
            (Stretch(START + HOUR, START + 3 * HOUR, 3), Reason.MISSED)
        ]
        it.tick_at(START + 3 * HOUR + 1800)
        assert it.taken("a") == [START + 3 * HOUR + 1800]


def test_an_edit_of_something_else_moves_no_instant(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.clock.advance((3 * HOUR + 5) * 1000)
        it.configure({"a": {**HOURLY, "timeout": "5m"}})
        it.tick()
        assert it.taken("a") == [START + 3 * HOUR]
        assert api.job_detail(it.project, "a").definition is not None


def test_a_queued_run_keeps_the_definition_it_was_queued_with(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        (run_id,) = it.tick_at(START + HOUR).started
        query = "SELECT definition FROM runs WHERE run_id = ?"
        before = it.project.index.execute(query, (run_id,)).fetchone()[0]
        it.configure({"a": {**HOURLY, "timeout": "5m"}})
        it.tick()
        assert it.project.index.execute(query, (run_id,)).fetchone()[0] == before
        row = jobs.find(it.project.index, "a")
        assert row is not None
        assert row["definition"] != before


def test_a_job_that_leaves_keeps_its_history(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY, "b": HOURLY}, START) as it:
        it.tick_at(START + HOUR)
        it.run_all()
        it.configure({"b": HOURLY})
        it.tick_at(START + 5 * HOUR)
        it.run_all()
        assert [view.id for view in api.list_jobs(it.project)] == ["b"]
        assert len(api.history(it.project, HistoryQuery(job_id="a")).runs) == 1
        it.configure({"a": HOURLY, "b": HOURLY})
        it.tick_at(START + 8 * HOUR + 60)
        assert it.rows("a") == [Row(START + HOUR, None)]
        it.tick_at(START + 9 * HOUR)
        assert it.taken("a") == [START + HOUR, START + 9 * HOUR]
        assert [view.id for view in api.list_jobs(it.project)] == ["a", "b"]


def test_a_job_that_returns_was_seen_before(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.configure({})
        it.tick_at(START + HOUR)
        it.configure({"a": HOURLY})
        it.tick_at(START + 2 * HOUR)
        assert jobs.known(it.project.index)["a"].first_seen_ms == START * 1000
        control = it.project.state.control
        assert first_seen(control) == {"a": START * 1000}
        assert control.read_text("utf-8").count("first_seen") == 1


def test_first_sight_is_kept_where_the_index_is_not(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.project.state.index.unlink()
    with opened(tmp_path / "teleclaude.yml", FakeClock((START + HOUR) * 1000)) as anew:
        assert jobs.known(anew.index)["a"].first_seen_ms == START * 1000


def test_a_broken_edit_keeps_the_last_good_one(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        break_file(it)
        report = it.tick_at(START + HOUR)
        assert len(report.started) == 1
        assert len(report.messages) == 1
        assert "teleclaude.yml:1:" in report.messages[0]
        assert api.broken_configuration(it.project) == report.messages
        it.run_all()
        it.configure({"a": HOURLY})
        report = it.tick_at(START + 2 * HOUR)
        assert (len(report.started), report.messages) == (1, [])


def test_a_file_that_is_gone_keeps_the_last_good_one(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.project.config.unlink()
        report = it.tick_at(START + HOUR)
        assert len(report.started) == 1
        assert report.messages != []


def test_without_any_good_one_it_says_so(tmp_path: Path) -> None:
    config = write_project(tmp_path, "jobs: {a: [}")
    with (
        pytest.raises(ConfigInvalidError, match="teleclaude") as refused,
        opened(config, FakeClock(START * 1000)),
    ):
        pass
    assert refused.value.code is Code.CONFIG_INVALID
    write_project(tmp_path, "jobs: {a: {command: 'true'}}")
    with opened(config, FakeClock(START * 1000)) as project:
        assert [view.id for view in api.list_jobs(project)] == ["a"]


def test_an_invalid_job_is_listed_and_comes_back(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY, "b": HOURLY}, START) as it:
        it.configure({"a": {**HOURLY, "timeout": "never"}, "b": HOURLY})
        it.tick_at(START + 2 * HOUR)
        broken, fine = api.list_jobs(it.project)
        assert (broken.state, broken.next_at) == (JobState.INVALID, None)
        assert broken.problem is not None
        assert fine.problem is None
        it.configure({"a": HOURLY, "b": HOURLY})
        it.run_all()
        it.tick_at(START + 3 * HOUR)
        assert it.taken("a") == [START + 3 * HOUR]
        assert [span.reason for span in it.spans("a")] == [Reason.INVALID]


def test_a_schedule_that_broke_and_was_mended(tmp_path: Path) -> None:
    """While nobody could tell when, nothing was due."""
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.configure({"a": {"when": {"every": "sometimes"}}})
        it.tick_at(START + 2 * HOUR)
        it.configure({"a": HOURLY})
        it.tick_at(START + 4 * HOUR + 5)
        it.tick_at(START + 5 * HOUR)
        assert it.taken("a") == [START + 5 * HOUR]
        assert_disjoint(it, "a")


def test_from_legacy_and_back(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.tick_at(START + HOUR)
        it.run_all()
        it.configure({"a": {"schedule": "hourly"}})
        assert it.tick_at(START + HOUR + 60).started == []
        assert len(it.tick_at(START + 2 * HOUR).started) == 1
        it.run_all()
        it.configure({"a": HOURLY})
        it.tick_at(START + 2 * HOUR + 60)
        assert len(it.tick_at(START + 3 * HOUR).started) == 1
        assert it.taken("a") == [START + hour * HOUR for hour in (1, 2, 3)]


def test_pools_follow_the_file(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        assert meta.pools(it.project.index) == {"default": 4, "agent": 1}
        it.project.config.write_text("concurrency: {default: 2, gpu: 3}\njobs: {}\n")
        it.tick()
        assert meta.pools(it.project.index) == {"default": 2, "agent": 1, "gpu": 3}
