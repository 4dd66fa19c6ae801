"""As many workers as there is work for, and never more than the pool is wide."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.admit import gather, lacking, live_workers, start
from runner.model.identity import Identity
from runner.model.orders import Order
from runner.model.views import HistoryQuery
from runner.process.identity import boot_id
from runner.process.spawn import Detached
from runner.store import runs, workers
from runner.store.db import transaction
from runner.store.workers import WorkerRow
from tests.helpers.invariants import living_workers
from tests.helpers.project import opened, write_project
from tests.helpers.site import end_everything, until
from tests.helpers.still import at, still
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.still import Still

START = at("2020-01-01 00:00")
HOUR = 3600
DEAD = Identity(1, 1, boot_id())


def nobody(it: Still) -> None:
    """Take the places of `still` away again."""
    with transaction(it.project.index):
        for worker in workers.everyone(it.project.index):
            workers.sign_out(it.project.index, worker.id)


def wanted(it: Still) -> dict[str, int]:
    with transaction(it.project.index):
        return lacking(it.project, live_workers(it.project))


def place(it: Still, name: str, pool: str | None, who: Identity | None = None) -> None:
    with transaction(it.project.index):
        row = WorkerRow(name, pool, who or it.project.identity)
        workers.sign_in(it.project.index, row, it.clock.wall_ms())


def burst(jobs: int, **keys: object) -> dict[str, object]:
    when = {"when": {"every": HOUR}, **keys}
    return {f"job{number}": when for number in range(jobs)}


@pytest.mark.parametrize(
    ("due", "needed"), [(0, {}), (1, {"default": 1}), (9, {"default": 4})]
)
def test_as_many_as_there_is_work_for(
    tmp_path: Path, due: int, needed: dict[str, int]
) -> None:
    with still(tmp_path, burst(due), START) as it:
        it.tick_at(START + HOUR)
        nobody(it)
        assert wanted(it) == needed


def test_those_that_are_there_count(tmp_path: Path) -> None:
    with still(tmp_path, burst(9), START) as it:
        it.tick_at(START + HOUR)
        nobody(it)
        place(it, "one", "default")
        place(it, "two", "default")
        place(it, "timer", None)
        assert wanted(it) == {"default": 2}


def test_one_that_is_about_to_claim_is_enough_for_one_run(tmp_path: Path) -> None:
    with still(tmp_path, burst(1), START) as it:
        it.tick_at(START + HOUR)
        nobody(it)
        place(it, "one", "default")
        assert wanted(it) == {}


def test_the_dead_hold_no_place(tmp_path: Path) -> None:
    with still(tmp_path, burst(9), START) as it:
        it.tick_at(START + HOUR)
        nobody(it)
        for number in range(4):
            place(it, f"dead{number}", "default", DEAD)
        assert wanted(it) == {"default": 4}
        assert workers.everyone(it.project.index) == []


def test_runs_of_one_job_need_one_worker(tmp_path: Path) -> None:
    """They go one after another."""
    jobs = {"a": {"when": {"every": HOUR}, "catch_up": "all", "overlap": "queue"}}
    with still(tmp_path, jobs, START) as it:
        assert len(it.tick_at(START + 5 * HOUR).started) == 5
        nobody(it)
        place(it, "one", "default")
        it.start_all()
        assert wanted(it) == {}


def test_pools_are_counted_apart(tmp_path: Path) -> None:
    prompt = {"when": {"every": HOUR}, "prompt": "hello", "agent": "claude"}
    with still(tmp_path, burst(2), START) as it:
        jobs = {"job0": {"command": "true", "when": {"every": HOUR}}}
        agents = {f"agent{number}": prompt for number in range(3)}
        text = json.dumps({"jobs": {**jobs, **agents}})
        write_project(it.project.root, text)
        it.tick_at(START + 60)
        it.tick_at(START + HOUR)
        nobody(it)
        assert wanted(it) == {"default": 1, "agent": 1}


def test_a_timer_waits_for_what_is_near(tmp_path: Path) -> None:
    with still(tmp_path, burst(1), START) as it:
        nobody(it)
        it.clock.advance((HOUR - 400) * 1000)
        assert it.tick().silent_workers == 0
        assert workers.everyone(it.project.index) == []


def test_one_that_died_before_its_word_is_silent(tmp_path: Path) -> None:
    with still(tmp_path, {}, START) as it:
        there, dead = os.pipe(), os.pipe()
        os.write(there[1], b"1")
        os.close(dead[1])
        starting = [Detached(0, there[0]), Detached(0, dead[0])]
        assert gather(it.project, starting) == 1
        os.close(there[1])


WIDTH = 2
RACING = 8


def test_racing_workers_fill_no_more_than_the_pool(tmp_path: Path) -> None:
    """Far more workers than places come at once, and there is work for all."""
    job = {"command": until("gate"), "overlap": "allow"}
    text = json.dumps({"concurrency": {"default": WIDTH}, "jobs": {"a": job}})
    config = write_project(tmp_path, text)
    with opened(config) as project:
        try:
            with transaction(project.index):
                for number in range(WIDTH):
                    row = WorkerRow(f"place{number}", "default", project.identity)
                    workers.sign_in(project.index, row, 0)
            for _ in range(RACING):
                api.submit(project, Order("a", "tester"))
            with transaction(project.index):
                for number in range(WIDTH):
                    workers.sign_out(project.index, f"place{number}")
            racers = [
                WorkerRow(f"racer{number}", "default", project.identity)
                for number in range(RACING)
            ]
            starting = start(project, racers)
            gather(project, starting)
            wait_until(
                lambda: runs.running_by_pool(project.index) == {"default": WIDTH},
                "the places to be taken",
            )
            assert len(living_workers(project)) == WIDTH
            (tmp_path / "gate").touch()
            wait_until(lambda: not living_workers(project), "the workers to leave")
            ends = [view.status for view in api.history(project, HistoryQuery()).runs]
            assert ends == ["succeeded"] * RACING
            assert project.state.worker_log.read_bytes() == b""
        finally:
            (tmp_path / "gate").touch()
            end_everything(project)
