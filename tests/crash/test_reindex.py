"""The index made again from run folders and control.jsonl gives the same answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest

from runner import api
from runner.engine.settle import read_receipt
from runner.model.instants import parse_ms, utc_text
from runner.model.orders import Order
from runner.model.run import RunStatus, new_run_id
from runner.model.views import HistoryQuery
from runner.process.clock import SystemClock
from runner.process.environment import current
from runner.store.db import transaction
from runner.store.folders import StateDir
from tests.fakes.clock import FakeClock
from tests.helpers.invariants import all_runs, assert_whole, at_rest
from tests.helpers.processes import python_program
from tests.helpers.project import ended, opened, run_job, write_project
from tests.helpers.site import end_everything, started, until
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runner.engine.project import Project
    from runner.engine.reindex import Rebuilt
    from runner.model.views import JobView, RunView

HOUR = 3600


class Answers(NamedTuple):
    """What front ends show of a project."""

    jobs: list[JobView]
    history: list[RunView]
    receipts: list[bytes | None]


def answers(project: Project) -> Answers:
    history = api.history(project, HistoryQuery(limit=1000)).runs
    receipts = [api.run_detail(project, view.run_id).receipt for view in history]
    return Answers(api.list_jobs(project), history, receipts)


def reindex(config: Path) -> Rebuilt:
    return api.reindex(config, current(), config.parent)


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """Jobs of every outcome and schedule; the past ones are due now, once."""
    now = SystemClock().wall_ms() // 1000
    offset = (now - 100) % HOUR
    log = str(tmp_path / "log")
    jobs = {
        "good": {"command": [*python_program("family.py"), log]},
        "bad": {"command": "exit 7"},
        "slow": {"command": until("gate"), "timeout": 1},
        "killed": {"command": "kill -KILL $$"},
        "quiet": {
            "command": 'echo \'{"nothing_to_report": true}\' > "$JOBCONSOLE_RESULT"'
        },
        "gone": {"command": "true", "when": {"every": HOUR, "offset": offset}},
        "due": {"command": "true", "when": {"every": HOUR, "offset": offset}},
        "all": {
            "command": "true",
            "when": {"every": HOUR, "offset": offset},
            "catch_up": "all",
        },
        "off": {
            "command": "true",
            "when": {"every": HOUR, "offset": offset},
            "enabled": False,
        },
        "old": {"command": "true", "schedule": "daily"},
        "broken": {"command": "true", "when": {"every": "no"}},
        "waiting": {"command": until("gate")},
    }
    path = write_project(tmp_path, json.dumps({"timezone": "UTC", "jobs": jobs}))
    with opened(path, FakeClock((now - 3 * HOUR) * 1000)):
        pass
    with opened(path) as project:
        try:
            api.tick(project)
            for job_id in ("good", "bad", "slow", "killed", "quiet", "bad"):
                run_job(project, job_id)
            at_rest(project)
            del jobs["gone"]
            write_project(tmp_path, json.dumps({"timezone": "UTC", "jobs": jobs}))
            api.refresh(project)
            yield path
        finally:
            (tmp_path / "gate").touch()
            with opened(path) as anew:
                end_everything(anew)


def next_second() -> None:
    now = SystemClock().wall_ms() // 1000
    wait_until(lambda: SystemClock().wall_ms() // 1000 > now, "the next second")


def delete(index: Path) -> None:
    index.unlink()
    for suffix in ("-wal", "-shm"):
        index.with_name(f"{index.name}{suffix}").unlink(missing_ok=True)


def leave(index: Path) -> None:
    assert index.exists()


def empty(index: Path) -> None:
    delete(index)
    index.touch()


def spoil(index: Path) -> None:
    delete(index)
    index.write_bytes(b"this is no database" * 1000)


def truncate(index: Path) -> None:
    whole = index.read_bytes()
    delete(index)
    index.write_bytes(whole[: len(whole) // 2])


def scribble(index: Path) -> None:
    """Garbage over the pages in the middle."""
    whole = bytearray(index.read_bytes())
    delete(index)
    middle = range(4096, len(whole) - 4096)
    whole[middle.start : middle.stop] = b"\xa5" * len(middle)
    index.write_bytes(whole)


DAMAGES = [leave, delete, empty, spoil, truncate, scribble]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_it_gives_the_same_answers(
    config: Path, damage: Callable[[Path], None]
) -> None:
    with opened(config) as project:
        before = answers(project)
        statuses = {view.status for view in before.history}
    assert statuses == {RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.TIMED_OUT}
    index = StateDir(config.parent / ".jobconsole").index
    next_second()  # what counts as decided ends before what is
    damage(index)
    rebuilt = reindex(config)
    assert (rebuilt.set_aside is not None) == (damage in DAMAGES[3:])
    with opened(config) as project:
        after = answers(project)
        for old, new in zip(before.jobs, after.jobs, strict=True):
            assert msgspec.to_builtins(old) == msgspec.to_builtins(new)
        for run, anew in zip(before.history, after.history, strict=True):
            assert msgspec.to_builtins(run) == msgspec.to_builtins(anew)
        assert before.receipts == after.receipts
        assert api.tick(project).started == []
        assert_whole(project, config.parent / "log")


def test_first_sight_outlives_the_index(config: Path) -> None:
    wanted = "SELECT id, first_seen_ms FROM jobs WHERE removed = 0 ORDER BY id"
    with opened(config) as project:
        before = [tuple(row) for row in project.index.execute(wanted)]
    delete(StateDir(config.parent / ".jobconsole").index)
    reindex(config)
    with opened(config) as project:
        assert [tuple(row) for row in project.index.execute(wanted)] == before


@pytest.mark.parametrize("damage", [leave, delete], ids=["kept", "deleted"])
def test_a_run_goes_on_meanwhile(config: Path, damage: Callable[[Path], None]) -> None:
    with opened(config) as project:
        run_id = api.submit(project, Order("waiting", "tester"))
        pid = started(project, run_id)
        before = api.resolve_run(project, run_id)
    damage(StateDir(config.parent / ".jobconsole").index)
    reindex(config)
    with opened(config) as project:
        assert api.resolve_run(project, run_id) == before
        (config.parent / "gate").touch()
        receipt = project.state.run_folder("waiting", run_id).receipt
        wait_until(receipt.exists, "the receipt")
        wait_until(lambda: not living_worker(project, run_id), "its worker to leave")
        api.tick(project)
        view = ended(project, run_id)
        assert view.status is RunStatus.SUCCEEDED
        assert pid > 0
        at_rest(project)
        assert_whole(project, config.parent / "log")


def living_worker(project: Project, run_id: str) -> bool:
    lock = [job.lock for job in api.list_jobs(project) if job.id == "waiting"]
    return any(held is not None and held.run_id == run_id for held in lock)


def test_a_wish_to_stop_is_not_forgotten(config: Path) -> None:
    with opened(config) as project:
        run_id = api.submit(project, Order("waiting", "tester"))
        started(project, run_id)
        with transaction(project.index):
            project.index.execute(
                "UPDATE runs SET cancel = 1, cancel_actor = 'tester' WHERE run_id = ?",
                (run_id,),
            )
        reindex(config)
        assert ended(project, run_id).status is RunStatus.CANCELLED


def test_runs_that_end_meanwhile_stay_in_the_history(tmp_path: Path) -> None:
    """Many folders to read, while short runs start and end by the dozen."""
    now = SystemClock().wall_ms() // 1000
    past = {"every": 60, "offset": (now - 1) % 60}
    burst = {"command": "true", "when": past, "catch_up": "all", "overlap": "allow"}
    jobs = {"old": {"command": "true"}, "a": burst, "b": burst, "c": burst}
    config = write_project(tmp_path, json.dumps({"jobs": jobs}))
    with opened(config, FakeClock((now - 99 * 60 - 30) * 1000)):
        pass
    with opened(config) as project:
        try:
            wanted = copies(project, run_job(project, "old").run_id, 1500)
            wanted |= set(api.tick(project).started)
            assert len(wanted) > 1700
            reindex(config)
            at_rest_but_for_the_timer(project)
            assert {view.run_id for view in all_runs(project)} == wanted
            assert {view.status for view in all_runs(project)} == {RunStatus.SUCCEEDED}
        finally:
            end_everything(project)


def copies(project: Project, run_id: str, number: int) -> set[str]:
    """Run folders like that of one run, and all their ids."""
    folder = project.state.run_folder("old", run_id)
    receipt = read_receipt(folder)
    assert receipt is not None
    made = {run_id}
    while len(made) <= number:
        name = new_run_id(parse_ms(receipt.queued_at))
        made.add(name)
        other = project.state.run_folder("old", name)
        other.make()
        copy = msgspec.structs.replace(
            receipt, run_id=name, sequence=10_000 + len(made)
        )
        other.receipt.write_bytes(msgspec.json.encode(copy))
    return made


def at_rest_but_for_the_timer(project: Project) -> None:
    def active() -> bool:
        return any(not view.status.ended for view in all_runs(project))

    wait_until(lambda: not active(), "all runs to end")


def test_what_fell_due_since_the_last_sign_of_life_is_caught_up(tmp_path: Path) -> None:
    """With the index lost, a single instant is not forgotten either."""
    now = SystemClock().wall_ms() // 1000
    jobs: dict[str, object] = {
        "any": {"command": "true"},
        "once": {"command": "true", "when": {"once": utc_text(now + 2)}},
    }
    config = write_project(tmp_path, json.dumps({"jobs": jobs}))
    with opened(config) as project:
        run_job(project, "any")
        at_rest(project)
        delete(project.state.index)
    wait_until(lambda: SystemClock().wall_ms() > (now + 3) * 1000, "the instant")
    reindex(config)
    with opened(config) as project:
        assert len(api.tick(project).started) == 1
        at_rest(project)
