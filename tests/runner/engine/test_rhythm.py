"""A tick says when the next one comes; what counts as late goes by that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine import tick
from runner.engine.tick import LOG_MOST, Rhythm
from runner.model.occurrence import Reason
from runner.store import meta
from runner.store.ticks import GRACE_SECONDS
from tests.helpers.still import at, still

if TYPE_CHECKING:
    from pathlib import Path

START = at("2026-03-01 06:00")
PUNCTUAL_ONLY = {"job": {"when": {"every": "1h"}, "catch_up": "none"}}


@pytest.mark.parametrize("every", [60, 300, 3600])
def test_until_the_next_tick_somebody_waits(tmp_path: Path, every: int) -> None:
    with still(tmp_path, {}, START) as it:
        api.tick(it.project, every=every)
        assert meta.period(it.project.index) == every
        assert meta.horizon(it.project.index) == START + every + GRACE_SECONDS


def test_a_tick_by_hand_changes_no_rhythm(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        api.tick(it.project, every=600)
        api.tick(it.project)
        assert meta.period(it.project.index) == 600
        assert meta.horizon(it.project.index) == START + 600 + GRACE_SECONDS


def test_who_stays_waits_himself(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        tick.run(it.project, Rhythm(300, stays=True))
        assert meta.horizon(it.project.index) == START


@pytest.mark.parametrize(
    ("every", "fate"), [(300, Reason.MISSED), (900, None)], ids=["late", "in time"]
)
def test_nobody_is_late_who_comes_as_agreed(
    tmp_path: Path, every: int, fate: Reason | None
) -> None:
    with still(tmp_path, PUNCTUAL_ONLY, START) as it:
        api.tick(it.project, every=every)
        it.tick_at(START + 3600 + 900)
        [reason] = [row.reason for row in it.rows("job")] or [
            span.reason for span in it.spans("job")
        ]
        assert reason == fate


@pytest.mark.parametrize("dry_run", [True, False])
def test_long_logs_are_put_aside(tmp_path: Path, dry_run: bool) -> None:
    with still(tmp_path, {}, START) as it:
        state = it.project.state
        for log in (state.driver_log, state.worker_log):
            log.write_bytes(b"x" * (LOG_MOST + 1))
        api.tick(it.project, dry_run=dry_run)
        for log in (state.driver_log, state.worker_log):
            assert (log.stat().st_size == 0) is not dry_run
            assert log.with_name(f"{log.name}.1").exists() is not dry_run
