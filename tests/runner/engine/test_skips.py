"""Skipping occurrences ahead of their time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner import api
from runner.model.errors import TriggerInvalidError
from runner.model.occurrence import Reason, Stretch
from runner.model.views import JobState
from runner.store import occurrences
from tests.helpers.decisions import (
    by,
    kept,
    lose_index,
    pause,
    reindex,
    skip,
    undo,
    view,
)
from tests.helpers.still import Row, assert_disjoint, at, still

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.still import Still

START = at("2020-01-01 00:00")
HOUR = 3600
DAY = 24 * HOUR
HOURLY = {"when": {"every": HOUR}}
ALL = {**HOURLY, "catch_up": "all", "overlap": "queue"}
SKIPPED, MISSED = Reason.SKIPPED, Reason.MISSED


def hours(*numbers: int) -> list[int]:
    return [START + number * HOUR for number in numbers]


def test_the_next_one_passes(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        assert skip(it) == START + HOUR
        assert view(it).next_at == START + 2 * HOUR
        assert view(it).skipped == (START + HOUR,)
        assert it.tick_at(START + HOUR).started == []
        assert len(it.tick_at(START + 2 * HOUR).started) == 1
        assert it.rows("a") == [Row(START + HOUR, SKIPPED), Row(START + 2 * HOUR, None)]
        assert view(it).skipped == ()


def test_once_more_skips_the_one_after(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        assert [skip(it), skip(it)] == hours(1, 2)
        assert view(it).next_at == START + 3 * HOUR
        (fires,) = api.next_fires(it.project, "a", it.now, 2)
        assert fires.instants == hours(3, 4)


def test_it_says_who_and_why(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        api.skip(it.project, "a", by("bob", 'a "holiday"'))
        (detail,) = it.project.index.execute(
            "SELECT detail FROM occurrences WHERE reason = 'skipped'"
        ).fetchone()
        assert occurrences.skip_note(detail) == ("bob", 'a "holiday"')


CAUGHT_UP = {
    "latest": (HOURLY, [2], [1]),
    "all": (ALL, [1, 2], []),
    "none": ({**HOURLY, "catch_up": "none"}, [], [1, 2]),
}


@pytest.mark.parametrize(
    ("keys", "ran", "missed"), CAUGHT_UP.values(), ids=CAUGHT_UP.keys()
)
def test_what_was_skipped_is_not_caught_up(
    tmp_path: Path, keys: dict[str, object], ran: list[int], missed: list[int]
) -> None:
    """The third of three missed ones was skipped: the second is the latest."""
    with still(tmp_path, {"a": keys}, START) as it:
        skip_only(it, 3)
        it.tick_at(START + 3 * HOUR + 600)
        assert it.taken("a") == hours(*ran)
        assert sum(span.stretch.fires for span in it.spans("a")) + [
            row.reason for row in it.rows("a")
        ].count(MISSED) == len(missed)
        assert_disjoint(it, "a")


def skip_only(it: Still, hour: int) -> None:
    """Ann skips all before it, Bob skips it, and Ann changes her mind."""
    for number in range(1, hour):
        assert skip(it) == START + number * HOUR
    assert api.skip(it.project, "a", by("bob")) == START + hour * HOUR
    for _ in range(1, hour):
        undo(it)


@given(
    st.sampled_from(["latest", "all", "none"]),
    st.integers(0, 5),
    st.lists(st.integers(60, 3 * HOUR), min_size=1, max_size=5),
    st.booleans(),
)
def test_as_if_it_did_not_exist(
    tmp_path_factory: pytest.TempPathFactory,
    catch_up: str,
    skips: int,
    looks: list[int],
    held: bool,
) -> None:
    """Nothing that was skipped runs, all else is judged as if it did not exist."""
    keys = {**HOURLY, "catch_up": catch_up, "overlap": "allow"}
    with still(tmp_path_factory.mktemp("skips"), {"a": keys}, START) as it:
        skipped = [skip(it) for _ in range(skips)]
        if held:
            pause(it)
        for seconds in looks:
            it.clock.advance(seconds * 1000)
            it.decide()
        assert skipped == hours(*range(1, skips + 1))
        assert [row.instant for row in it.rows("a") if row.reason is SKIPPED] == skipped
        assert_disjoint(it, "a")
        fires = range(START + HOUR, it.now + 1, HOUR)
        covered = {row.instant for row in it.rows("a")}
        for span in it.spans("a"):
            covered |= {*range(span.stretch.first, span.stretch.last + 1, HOUR)}
        assert covered == {*fires, *skipped}
        if catch_up == "all" and not held:
            assert it.taken("a") == [t for t in fires if t not in skipped]


def test_between_paused_ones(tmp_path: Path) -> None:
    """A span does not reach over the row."""
    with still(tmp_path, {"a": HOURLY}, START) as it:
        skip_only(it, 2)
        pause(it)
        for hour in (1, 2, 3):
            it.tick_at(START + hour * HOUR)
        assert it.spans("a") == [(Stretch(t, t, 1), Reason.PAUSED) for t in hours(1, 3)]
        assert_disjoint(it, "a")


def test_while_paused_it_is_the_first_that_would_run(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it, until=START + 2 * HOUR)
        assert skip(it) == START + 3 * HOUR
        assert view(it).next_at == START + 4 * HOUR
        it.tick_at(START + 3 * HOUR)
        assert it.taken("a") == []
        assert len(it.tick_at(START + 4 * HOUR).started) == 1


def test_a_clock_set_back_does_not_forget_it(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        skip(it)
        it.tick_at(START + 3 * HOUR)
        it.run_all()
        it.clock.set_wall((START + 60) * 1000)
        it.tick()
        assert view(it).skipped == (START + HOUR,)
        assert view(it).next_at == START + 2 * HOUR
        assert it.tick_at(START + HOUR).started == []
        assert it.taken("a") == [START + 3 * HOUR]
        assert_disjoint(it, "a")


def test_what_ran_already_is_no_next_one(tmp_path: Path) -> None:
    """The clock was set back over it."""
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.tick_at(START + HOUR)
        it.run_all()
        it.clock.set_wall((START + 60) * 1000)
        it.tick()
        assert skip(it) == START + 2 * HOUR


def test_an_edit_does_not_forget_it(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        skip(it)
        it.configure({"a": {**HOURLY, "timeout": 60}, "b": HOURLY})
        it.tick()
        assert view(it).next_at == START + 2 * HOUR
        it.configure({"a": {"when": {"every": HOUR // 2}}, "b": HOURLY})
        api.refresh(it.project)
        assert view(it).next_at == START + HOUR // 2
        it.tick_at(START + HOUR // 2)
        it.run_all()
        assert view(it).next_at == START + HOUR // 2 * 3


def test_an_edit_over_a_skipped_one_that_nobody_saw_pass(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        skip(it)
        it.configure({"a": {"when": {"every": DAY}}})
        it.tick_at(START + 3 * HOUR)
        assert [row.instant for row in it.rows("a")] == hours(1)
        (span,) = it.spans("a")
        assert span == (Stretch(START + 2 * HOUR, START + 3 * HOUR, 2), MISSED)


@pytest.mark.parametrize("lose", [reindex, lose_index])
def test_it_outlives_the_index(tmp_path: Path, lose: Callable[[Still], None]) -> None:
    with still(tmp_path, {"a": HOURLY, "b": HOURLY}, START) as it:
        skip(it)
        skip(it, "b")
        undo(it)
        before = api.list_jobs(it.project)
        lose(it)
        assert api.list_jobs(it.project) == before
        it.tick_at(START + HOUR)
        assert (it.taken("a"), it.taken("b")) == ([], hours(1))


def test_a_lost_index_does_not_bring_it_back_over_a_span(tmp_path: Path) -> None:
    """It was recorded and we died; meanwhile the instant was decided otherwise."""
    with still(tmp_path, {"a": HOURLY}, START) as it:
        skip(it)
        occurrences.unskip(it.project.index, "a", START + HOUR)
        it.project.index.execute("UPDATE jobs SET next_at = ?", (START + HOUR,))
        it.tick_at(START + 3 * HOUR)
        reindex(it)
        assert_disjoint(it, "a")
        assert view(it).next_at == START + 4 * HOUR


@pytest.mark.parametrize(
    "keys", [{}, {"when": {"once": "2019-01-01T00:00Z"}}], ids=["manual", "past"]
)
def test_nothing_to_skip(tmp_path: Path, keys: dict[str, object]) -> None:
    with still(tmp_path, {"a": keys}, START) as it:
        with pytest.raises(TriggerInvalidError, match="nothing of a is to come"):
            skip(it)
        assert kept(it) == []


def test_the_only_one(tmp_path: Path) -> None:
    jobs = {"a": {"when": {"once": "2020-01-01T01:00Z"}}}
    with still(tmp_path, jobs, START) as it:
        assert skip(it) == START + HOUR
        assert view(it).next_at is None
        assert it.tick_at(START + 2 * HOUR).started == []
        assert it.rows("a") == [Row(START + HOUR, SKIPPED)]


def test_a_legacy_job(tmp_path: Path) -> None:
    """Skipping counts as a start."""
    with still(tmp_path, {"a": {"schedule": "hourly"}}, START) as it:
        it.run_all()
        assert [skip(it), skip(it)] == hours(1, 2)
        assert view(it).next_at == START + 3 * HOUR
        assert it.tick_at(START + HOUR).started == []
        undo(it)
        assert view(it).next_at == START + 2 * HOUR
        assert len(it.tick_at(START + 2 * HOUR).started) == 1


def test_a_legacy_job_that_would_start_at_once(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        it.configure({"a": {"schedule": "hourly"}})
        api.refresh(it.project)
        assert skip(it) == START
        assert view(it).next_at == START + HOUR
        assert it.tick().started == []
        assert len(it.tick_at(START + HOUR).started) == 1
        assert view(it).state is JobState.QUEUED


def test_a_legacy_job_started_by_hand_meanwhile(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"schedule": "hourly"}}, START) as it:
        it.run_all()
        assert skip(it) == START + HOUR
        it.clock.advance(30 * 60 * 1000)
        it.project.index.execute("UPDATE jobs SET last_started = ?", (it.now,))
        assert it.tick_at(START + HOUR + 30 * 60).started == []
        assert len(it.tick_at(START + 2 * HOUR).started) == 1
