"""Any number of ticks at once: no occurrence runs twice, and none is lost."""

from __future__ import annotations

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from runner import api
from runner.engine.enqueue import Moment, enqueue_due
from runner.engine.grants import Grants
from runner.model.run import RunStatus
from runner.process.clock import SystemClock
from runner.process.locks import Holder, PidLock
from runner.store.db import transaction
from tests.fakes.clock import FakeClock
from tests.helpers.processes import JOBCONSOLE, finish, jobconsole, start
from tests.helpers.project import ended
from tests.helpers.site import site, until

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.project import Project

TICKS = 30
JOBS, FIRES = 10, 5
INTERVAL = 1200
LAST_FIRE_AGO = 200
"""Seconds: the next one is so far away that no timer waits for it."""


def due_jobs(now: int) -> dict[str, object]:
    """Jobs all of which have missed the same number of fires, each to be run."""
    every = {"every": INTERVAL, "offset": (now - LAST_FIRE_AGO) % INTERVAL}
    job = {
        "command": 'echo "$JOBCONSOLE_JOB $JOBCONSOLE_RUN_ID" >> ran',
        "when": every,
        "catch_up": "all",
        "overlap": "allow",
    }
    return {"jobs": {f"job{number}": job for number in range(JOBS)}}


def all_runs(project: Project) -> list[tuple[str, str]]:
    rows = project.index.execute("SELECT job_id, run_id FROM runs").fetchall()
    return [(row["job_id"], row["run_id"]) for row in rows]


def test_many_ticks_at_once_run_each_occurrence_once(tmp_path: Path) -> None:
    now = SystemClock().wall_ms() // 1000
    before = FakeClock((now - FIRES * INTERVAL) * 1000)
    with site(tmp_path, due_jobs(now), clock=before) as project:
        argv = [*JOBCONSOLE, "--tick", "--config", str(project.config)]
        ticks = [start(argv, tmp_path) for _ in range(TICKS)]
        assert {finish(pid).code for pid in ticks} == {0}
        found = all_runs(project)
        for _, run_id in found:
            assert ended(project, run_id).status is RunStatus.SUCCEEDED
        occurrences = project.index.execute(
            "SELECT job_id, instant, run_id FROM occurrences"
        ).fetchall()
        spans = project.index.execute("SELECT * FROM spans").fetchall()
    assert len(occurrences) == JOBS * FIRES
    assert not spans
    expected = {now - LAST_FIRE_AGO - INTERVAL * back for back in range(FIRES)}
    assert {row["instant"] for row in occurrences} == expected
    assert Counter(row["job_id"] for row in occurrences) == dict.fromkeys(
        (f"job{number}" for number in range(JOBS)), FIRES
    )
    assert sorted(row["run_id"] for row in occurrences) == sorted(r for _, r in found)
    lines = (tmp_path / "ran").read_text("utf-8").splitlines()
    assert sorted(lines) == sorted(f"{job} {run_id}" for job, run_id in found)


def test_without_the_lock_each_occurrence_is_taken_once(tmp_path: Path) -> None:
    """The index alone decides, whoever gets past the lock."""
    now = SystemClock().wall_ms() // 1000
    before = FakeClock((now - FIRES * INTERVAL) * 1000)
    looks = 8
    together = threading.Barrier(looks)
    with site(tmp_path, due_jobs(now), clock=before) as project:

        def enqueue(_: int) -> int:
            with api.open_project(project.config, project.state.root, {}) as own:
                moment = Moment(own.clock.wall_ms(), own.identity.boot)
                together.wait(timeout=20)
                with transaction(own.index, durable=True):
                    return len(
                        enqueue_due(own.index, moment, Grants({}, "UTC")).run_ids
                    )

        with ThreadPoolExecutor(looks) as pool:
            taken = list(pool.map(enqueue, range(looks)))
        assert sorted(taken) == [0] * (looks - 1) + [JOBS * FIRES]
        assert len(all_runs(project)) == JOBS * FIRES


def test_a_note_of_somebody_who_has_left_stops_nobody(tmp_path: Path) -> None:
    """Not even if his pid belongs to a living process by now."""
    with site(tmp_path, {"jobs": {"a": {"command": ["true"]}}}) as project:
        me = project.identity
        lock = PidLock(project.state.runner_lock)
        assert lock.acquire(Holder(me._replace(started=me.started - 1), 0, None))
        lock.release()
        assert api.tick(project).busy is None


def test_a_tick_that_finds_the_lock_taken_says_by_whom(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": ["true"]}}}) as project:
        lock = PidLock(project.state.runner_lock)
        assert lock.acquire(Holder(project.identity, project.clock.wall_ms(), None))
        try:
            second = jobconsole("--tick", "--config", str(project.config), cwd=tmp_path)
            report = api.tick(project)
        finally:
            lock.release()
    assert second.returncode == 0
    assert str(os.getpid()) in second.stderr
    assert report.busy is not None
    assert report.busy.identity == project.identity


def test_a_tick_does_not_wait_for_the_runs_that_it_starts(tmp_path: Path) -> None:
    """Not even for their output: a driver reads to the end of what a tick prints."""
    now = SystemClock().wall_ms() // 1000
    config = {"jobs": {"slow": {"command": until("gate"), "when": {"every": "12h"}}}}
    before = FakeClock((now - 24 * 3600) * 1000)
    with site(tmp_path, config, clock=before) as project:
        reading, writing = os.pipe()
        argv = [*JOBCONSOLE, "--tick", "--json", "--config", str(project.config)]
        tick = start(argv, tmp_path, stdout=writing)
        os.close(writing)
        with os.fdopen(reading) as said:
            text = said.read()
        assert finish(tick).code == 0
        run = api.resolve_run(project, "slow")
        assert run.run_id in text
        assert not run.status.ended
