"""What the dead left behind, of this boot and of an earlier one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from runner import api
from runner.engine.repair import repair
from runner.engine.settle import read_receipt, write_receipt
from runner.model.errors import Code
from runner.model.identity import Identity
from runner.model.run import RunStatus
from runner.process.identity import boot_id, own_identity
from runner.process.locks import Holder, PidLock
from runner.store import runs
from runner.store.db import transaction
from tests.helpers.invariants import assert_recorded
from tests.helpers.still import at, still

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.project import Project
    from runner.store.folders import RunFolder
    from tests.helpers.still import Still

START = at("2020-01-01 00:00")
HOUR = 3600
JOBS = {"a": {"when": {"every": HOUR}}}
ANOTHER_BOOT = "b" * 36
DEAD = Identity(1, 1, boot_id())
"""Pid 1 lives, but it did not start then."""


def queued(it: Still) -> str:
    (run_id,) = it.tick_at(START + HOUR).started
    return run_id


def claimed_by(it: Still, worker: Identity) -> str:
    run_id = queued(it)
    with transaction(it.project.index):
        now = worker._replace(boot=it.project.identity.boot)
        claimant = runs.Claimant("tester", now, durable=True)
        assert runs.claim(it.project.index, "default", claimant, it.clock.wall_ms())
        it.project.index.execute("UPDATE runs SET worker_boot = ?", (worker.boot,))
    return run_id


def folder_of(project: Project, run_id: str) -> RunFolder:
    return project.state.run_folder("a", run_id)


def of_an_earlier_boot(it: Still, run_id: str) -> None:
    with transaction(it.project.index):
        runs.set_boot(it.project.index, run_id, ANOTHER_BOOT)


def status(it: Still, run_id: str) -> RunStatus:
    return api.resolve_run(it.project, run_id).status


def test_a_queued_run_survives_a_reboot(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = queued(it)
        of_an_earlier_boot(it, run_id)
        assert repair(it.project).run_ids == []
        run = runs.find(it.project.index, run_id)
        assert run is not None
        assert (run.status, run.queued_boot) == (RunStatus.QUEUED, boot_id())


def test_a_queued_run_with_a_folder_is_lost_after_a_reboot(tmp_path: Path) -> None:
    """The power cut undid its claim, but not its folder."""
    with still(tmp_path, JOBS, START) as it:
        run_id = queued(it)
        folder_of(it.project, run_id).make()
        assert repair(it.project).run_ids == []
        of_an_earlier_boot(it, run_id)
        assert repair(it.project).run_ids == [run_id]
        view = api.resolve_run(it.project, run_id)
        assert (view.status, view.error_code) == (RunStatus.LOST, Code.JOB_LOST)
        assert_recorded(it.project, view)
        assert repair(it.project).run_ids == []


def test_a_receipt_outlives_the_claim_that_a_power_cut_undid(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = claimed_by(it, DEAD)
        repair(it.project)
        receipt = read_receipt(folder_of(it.project, run_id))
        with transaction(it.project.index):
            it.project.index.execute(
                "UPDATE runs SET status = 'queued', ended_ms = NULL, queued_boot = ?",
                (ANOTHER_BOOT,),
            )
        assert repair(it.project).run_ids == [run_id]
        assert status(it, run_id) is RunStatus.LOST
        assert read_receipt(folder_of(it.project, run_id)) == receipt


@pytest.mark.parametrize(
    "worker", [DEAD, own_identity()._replace(boot=ANOTHER_BOOT), Identity(0, 0, "")]
)
def test_a_run_of_a_dead_worker_is_lost(tmp_path: Path, worker: Identity) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = claimed_by(it, worker)
        assert repair(it.project).run_ids == [run_id]
        view = api.resolve_run(it.project, run_id)
        assert view.status is RunStatus.LOST
        assert view.error_message == "its worker died before it ended"
        assert_recorded(it.project, view)
        assert repair(it.project).run_ids == []
        (job,) = api.list_jobs(it.project)
        assert job.outcomes == "l"
        assert job.last_run is not None
        assert job.last_run.run_id == run_id


def test_a_run_of_a_living_worker_is_left_alone(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = claimed_by(it, it.project.identity)
        assert repair(it.project).run_ids == []
        assert status(it, run_id) is RunStatus.RUNNING
        assert not folder_of(it.project, run_id).path.exists()


def test_a_run_whose_lock_is_held_is_left_alone(tmp_path: Path) -> None:
    """Whatever the row says of its worker: the lock is the proof of life."""
    with still(tmp_path, JOBS, START) as it:
        run_id = claimed_by(it, DEAD)
        folder = folder_of(it.project, run_id)
        folder.make()
        lock = PidLock(folder.lock)
        assert lock.acquire(Holder(it.project.identity, 0, run_id))
        assert repair(it.project).run_ids == []
        assert status(it, run_id) is RunStatus.RUNNING
        lock.release()
        assert repair(it.project).run_ids == [run_id]


def test_a_receipt_is_the_truth(tmp_path: Path) -> None:
    """The worker died between receipt and row."""
    with still(tmp_path, JOBS, START) as it:
        run_id = claimed_by(it, DEAD)
        repair(it.project)
        folder = folder_of(it.project, run_id)
        receipt = read_receipt(folder)
        assert receipt is not None
        good = msgspec.structs.replace(
            receipt, status=RunStatus.SUCCEEDED, error=None, exit_code=0
        )
        write_receipt(folder, good)
        with transaction(it.project.index):
            it.project.index.execute(
                "UPDATE runs SET status = 'running', ended_ms = NULL,"
                " error_code = NULL, error_message = NULL"
            )
        assert repair(it.project).run_ids == [run_id]
        view = api.resolve_run(it.project, run_id)
        assert (view.status, view.exit_code) == (RunStatus.SUCCEEDED, 0)
        assert_recorded(it.project, view)


@pytest.mark.parametrize("half", [b"", b'{"run_id": "', b"null", b"[]"])
def test_half_a_receipt_is_none(tmp_path: Path, half: bytes) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = claimed_by(it, DEAD)
        folder = folder_of(it.project, run_id)
        folder.make()
        folder.receipt.write_bytes(half)
        assert repair(it.project).run_ids == [run_id]
        assert_recorded(it.project, api.resolve_run(it.project, run_id))


def test_torn_events_are_mended(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = claimed_by(it, DEAD)
        folder = folder_of(it.project, run_id)
        folder.make()
        folder.events.write_bytes(b'{"seq": 1, "event": "run_started"}\n{"seq": 2, "ev')
        repair(it.project)
        lines = folder.events.read_bytes().splitlines()
        found = [(event["seq"], event["event"]) for event in map(json.loads, lines)]
        assert found == [(1, "run_started"), (2, "run_ended")]


@pytest.mark.parametrize(
    "garbage", [b"", b"{", b"\xff\n", b"[1]\n", b'"a"\n', b"7\n", b'{"pid": 1}\n']
)
def test_sightings_that_cannot_be_read_stop_nothing(
    tmp_path: Path, garbage: bytes
) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = claimed_by(it, DEAD)
        folder = folder_of(it.project, run_id)
        folder.make()
        folder.processes.write_bytes(garbage)
        assert repair(it.project).run_ids == [run_id]


def test_a_run_cancelled_while_it_waits_never_starts(tmp_path: Path) -> None:
    with still(tmp_path, JOBS, START) as it:
        run_id = queued(it)
        with transaction(it.project.index):
            runs.ask_cancel(it.project.index, run_id, 1, "eve")
        it.start_all()
        assert status(it, run_id) is RunStatus.QUEUED
        assert repair(it.project).run_ids == [run_id]
        view = api.resolve_run(it.project, run_id)
        assert view.status is RunStatus.CANCELLED
        assert view.error_message == "cancelled by eve before it started"
        assert_recorded(it.project, view)


def test_a_folder_that_cannot_be_used_stops_no_other(tmp_path: Path) -> None:
    """A file is in its place; the schedule goes on all the same."""
    jobs = {**JOBS, "b": {"when": {"once": "2020-01-01T01:10:00Z"}}}
    with still(tmp_path, jobs, START) as it:
        run_id = claimed_by(it, DEAD)
        folder = folder_of(it.project, run_id)
        folder.path.parent.mkdir(parents=True)
        folder.path.write_text("in the way", "ascii")
        assert len(it.tick_at(START + HOUR + 600).started) == 1
