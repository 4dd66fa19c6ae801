"""Decisions of several processes at once, and of one that dies over them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.views import JobState
from runner.process.clock import SystemClock
from runner.process.environment import current
from runner.store import control
from tests.helpers.crash import command, until_killed
from tests.helpers.project import opened, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.project import Project

FAILPOINT = "control.recorded"
AT_ONCE = 4
DAY = 86_400


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Nothing of it falls due today."""
    offset = (SystemClock().wall_ms() // 1000 - 100) % DAY
    jobs = {"a": {"command": ["true"], "when": {"every": DAY, "offset": offset}}}
    return write_project(tmp_path, json.dumps({"timezone": "UTC", "jobs": jobs}))


def kept(project: Project) -> list[control.Numbered]:
    return control.decisions(project.state.control)


def test_skipped_by_several_at_once(config: Path) -> None:
    """Each skips another one, and the index says what the file says."""
    with opened(config) as project:
        asked = [
            subprocess.Popen(  # noqa: TID251  several at once
                command(config, "skip", "a"), env=current(), stderr=subprocess.PIPE
            )
            for _ in range(AT_ONCE)
        ]
        for process in asked:
            process.communicate(timeout=60)
        assert [process.returncode for process in asked] == [0] * AT_ONCE
        (view,) = api.list_jobs(project)
        (first, *_) = view.skipped
        assert view.skipped == tuple(first + n * DAY for n in range(AT_ONCE))
        assert view.next_at == first + AT_ONCE * DAY
        assert [it.entry.skipped_at for it in kept(project)] == [*view.skipped]


@pytest.mark.skipif(sys.platform != "linux", reason="a subreaper tells who died")
def test_who_dies_over_a_decision(config: Path) -> None:
    """The file has it, the index has not: nothing is half done, and reindex tells."""
    with opened(config) as project:
        pause = command(config, "pause", "a", "--reason", "why")
        assert until_killed(pause, config.parent, FAILPOINT) == 1
        assert api.list_jobs(project)[0].state is JobState.IDLE
        assert len(kept(project)) == 1
        api.reindex(config, current(), config.parent)
        (view,) = api.list_jobs(project)
        assert view.state is JobState.PAUSED
        assert view.standing is not None
        assert view.standing.reason == "why"


@pytest.mark.skipif(sys.platform != "linux", reason="a subreaper tells who died")
def test_what_was_decided_by_one_who_died_can_be_undone(config: Path) -> None:
    with opened(config) as project:
        assert until_killed(command(config, "skip", "a"), config.parent, FAILPOINT) == 1
        assert api.list_jobs(project)[0].skipped == ()
        (actor,) = {it.entry.actor for it in kept(project)}
        assert api.undo(project, actor) is not None
        assert kept(project) == []
        api.reindex(config, current(), config.parent)
        assert api.list_jobs(project)[0].skipped == ()
