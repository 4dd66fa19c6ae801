from __future__ import annotations

import queue
from typing import TYPE_CHECKING

import pytest

from jobconsole.watcher import Lost, Seen, Watcher
from runner.model.views import JobState
from tests.helpers.decisions import pause
from tests.helpers.stage import stage_of
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.model.snapshot import Snapshot

PATIENCE_SECONDS = 20


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Still]:
    with still(tmp_path, {"zeta": {}, "mid": {}}, at("2026-11-20 05:00")) as it:
        yield it


class Watched:
    """A watcher, and what it posts."""

    def __init__(self, it: Still) -> None:
        self._said: queue.Queue[object] = queue.Queue()
        opened = stage_of(it.project.config, it.clock).opened
        self.watcher = Watcher(opened, self._said.put, attends=False)
        self.watcher.start()

    def next(self) -> object:
        return self._said.get(timeout=PATIENCE_SECONDS)

    def snapshot(self) -> Snapshot:
        said = self.next()
        assert isinstance(said, Seen)
        return said.snapshot

    def is_silent(self) -> bool:
        return self._said.empty()


def test_tells_what_there_is_and_then_what_changed(farm: Still) -> None:
    watched = Watched(farm)
    first = watched.snapshot()
    assert [job.id for job in first.jobs] == ["zeta", "mid"]
    pause(farm, "zeta")
    second = watched.snapshot()
    assert second.jobs[0].state is JobState.PAUSED
    assert second.jobs[1] is first.jobs[1]
    assert second.totals.held == 1
    watched.watcher.stop()
    assert watched.is_silent()


def test_tells_that_the_state_is_gone(farm: Still) -> None:
    watched = Watched(farm)
    watched.snapshot()
    farm.project.state.index.rename(farm.project.root / "elsewhere")
    said = watched.next()
    assert isinstance(said, Lost)
    assert said.error.message
    watched.watcher.stop()


def test_can_be_stopped_before_it_began(farm: Still) -> None:
    opened = stage_of(farm.project.config, farm.clock).opened
    Watcher(opened, print, attends=True).stop()
