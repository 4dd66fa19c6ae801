"""Taking decisions back: as if they had never been."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner import api
from runner.model.errors import PolicyDeniedError, TooLateError
from runner.model.occurrence import Reason
from runner.model.orders import Order
from runner.model.views import JobState
from runner.process.environment import RUN_VARIABLE, current
from runner.store import control
from runner.store.control import What
from tests.helpers.decisions import (
    by,
    kept,
    pause,
    reindex,
    resume,
    skip,
    undo,
    view,
)
from tests.helpers.still import at, still

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.views import JobView
    from tests.helpers.still import Still

START = at("2020-01-01 00:00")
HOUR = 3600
HOURLY = {"when": {"every": HOUR}}


def test_nothing_to_undo(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        api.pause(it.project, "a", by("bob"))
        assert api.undo(it.project, "ann") is None
        assert kept(it) == ["paused"]


def test_a_pause_as_it_was_before(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        api.pause(it.project, "a", by("ann", "first", START + HOUR))
        first = view(it)
        api.pause(it.project, "a", by("ann", "second", START + 9 * HOUR))
        undone = undo(it)
        assert (undone.what, undone.job_id, undone.view) == (What.PAUSED, "a", first)
        assert undo(it).view == api.job_detail(it.project, "a").view
        assert view(it).state is JobState.IDLE
        assert api.undo(it.project, "ann") is None
        assert kept(it) == ["paused", "paused", "undone", "undone"]


def test_the_file_says_what_was_undone(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it)
        undo(it)
        seen, paused, undone = control.entries(it.project.state.control)
        assert seen["what"] == "first_seen"
        assert paused["at"] == "2020-01-01T00:00:00.000Z"
        assert (undone["what"], undone["job"], undone["of"]) == ("undone", "a", 2)


def test_nothing_is_caught_up_by_surprise(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {**HOURLY, "catch_up": "all"}}, START) as it:
        pause(it)
        it.clock.advance(5 * HOUR * 1000)
        undo(it)
        assert it.tick().started == []
        assert it.spans("a")[0].reason is Reason.PAUSED


def test_resuming_is_undone(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        api.pause(it.project, "a", by("bob", "why"))
        before = view(it)
        resume(it)
        assert undo(it).what is What.RESUMED
        assert view(it) == before


@pytest.mark.parametrize("enabled", [True, False])
def test_disabling_and_enabling(tmp_path: Path, enabled: bool) -> None:
    with still(tmp_path, {"a": {**HOURLY, "enabled": enabled}}, START) as it:
        api.disable(it.project, "a", by())
        api.enable(it.project, "a", by())
        undo(it)
        assert view(it).standing is not None
        undo(it)
        assert view(it).standing is None
        assert view(it).enabled is enabled


def test_each_undoes_his_own(tmp_path: Path) -> None:
    """What another one decided since stays in force."""
    with still(tmp_path, {"a": HOURLY, "b": HOURLY}, START) as it:
        pause(it)
        api.pause(it.project, "a", by("bob", "bob's"))
        assert undo(it).job_id == "a"
        shown = view(it).standing
        assert shown is not None
        assert shown.actor == "bob"
        undo(it, "bob")
        assert view(it).standing is None


def test_a_skip(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        skip(it)
        skip(it)
        undone = undo(it)
        assert (undone.what, undone.instant) == (What.SKIPPED, START + 2 * HOUR)
        assert view(it).skipped == (START + HOUR,)
        undo(it)
        assert view(it).next_at == START + HOUR
        assert len(it.tick_at(START + HOUR).started) == 1


def test_a_skip_that_has_passed(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        skip(it)
        it.tick_at(START + HOUR)
        with pytest.raises(TooLateError, match="a was skipped at 2020-01-01T01:00:00Z"):
            undo(it)
        assert kept(it) == ["skipped"]


def test_a_pause_that_has_ended(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it, until=START + 60)
        it.clock.advance(60_000)
        with pytest.raises(TooLateError):
            undo(it)


def test_of_a_job_that_left(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        pause(it)
        it.configure({})
        it.tick()
        assert undo(it).view is None
        it.configure({"a": HOURLY})
        it.tick()
        assert view(it).state is JobState.IDLE


def test_a_run_undoes_only_what_it_may(tmp_path: Path) -> None:
    """Its job's role was widened since."""
    jobs = {"asks": {}, "a": {**HOURLY, "role": "viewer"}}
    with still(tmp_path, jobs, START) as it:
        run_id = api.submit(it.project, Order("asks", "ann", "viewer"))
        it.project.start = {**current(), RUN_VARIABLE: run_id}
        pause(it)
        assert api.undo(it.project, "ann") is not None
        pause(it)
        it.configure({"asks": {}, "a": HOURLY})
        api.refresh(it.project)
        with pytest.raises(PolicyDeniedError):
            undo(it)
        assert kept(it) == ["paused", "undone", "paused"]


ACTIONS = ["pause", "short", "resume", "disable", "enable", "skip"]


def act(it: Still, action: str, user: str) -> None:
    match action:
        case "pause":
            api.pause(it.project, "a", by(user))
        case "short":
            api.pause(it.project, "a", by(user, "", it.now + HOUR))
        case "resume":
            api.resume(it.project, "a", by(user))
        case "disable":
            api.disable(it.project, "a", by(user))
        case "enable":
            api.enable(it.project, "a", by(user))
        case _:
            api.skip(it.project, "a", by(user))


def told(shown: JobView) -> tuple[object, ...]:
    return shown.state, shown.standing, shown.skipped, shown.next_at


@given(
    st.lists(st.sampled_from(ACTIONS), max_size=4),
    st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=5),
)
def test_all_of_it_undone_is_as_before(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], since: list[str]
) -> None:
    """Whatever somebody did before; and the files alone would tell the same."""
    with still(tmp_path_factory.mktemp("undo"), {"a": HOURLY}, START) as it:
        for action in before:
            act(it, action, "bob")
        was = told(view(it))
        for action in since:
            act(it, action, "ann")
        after = told(view(it))
        reindex(it)
        assert told(view(it)) == after
        while api.undo(it.project, "ann"):
            now = told(view(it))
            reindex(it)
            assert told(view(it)) == now
        assert told(view(it)) == was
