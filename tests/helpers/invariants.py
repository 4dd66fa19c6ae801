"""What must hold once a project has come to rest, whoever died on the way."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.enqueue import decode_schedule
from runner.engine.settle import read_receipt
from runner.model.instants import parse_ms
from runner.model.schedule import At, Cron, Every, Legacy, Manual, Once
from runner.model.views import HistoryQuery
from runner.process.identity import is_alive
from runner.process.locks import PidLock
from runner.schedule import fires, timetable
from runner.store import history, pulse, workers
from tests.helpers.processes import living
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.views import RunView
    from runner.schedule import Timetable

Fixed = Manual | Cron | Every | At | Once
"""A schedule that says by itself when it fires."""

EVERYTHING = 1_000_000


class Sign(NamedTuple):
    """A line of what the program `family.py` writes."""

    run_id: str
    pid: int
    kind: str


def signs(log: Path) -> list[Sign]:
    """Every process of every run, as they wrote themselves down."""
    if not log.exists():
        return []
    lines = [line.split() for line in log.read_text("ascii").splitlines()]
    return [Sign(run_id, int(pid), kind) for run_id, pid, kind in lines]


def all_runs(project: Project) -> list[RunView]:
    return history.page(project.index, HistoryQuery(limit=EVERYTHING))


def at_rest(project: Project) -> None:
    """Wait until no run is active and every worker has left."""
    wait_until(lambda: not pulse.any_unfinished(project.index), "the runs to end")
    wait_until(lambda: not living_workers(project), "the workers to leave")


def living_workers(project: Project) -> list[int]:
    rows = workers.everyone(project.index)
    return [row.identity.pid for row in rows if is_alive(row.identity)]


def assert_whole(
    project: Project, log: Path, schedules: Mapping[str, Fixed] | None = None
) -> None:
    """Everything that holds for a project at rest.

    `schedules` are those under which the occurrences were decided, if not as now.
    """
    views = all_runs(project)
    for view in views:
        assert view.status.ended, view
        assert_recorded(project, view)
    assert_ran_once(views, signs(log))
    assert_each_taken_once(project, views)
    assert_none_missing(project, schedules or present_schedules(project))
    assert_index_sound(project)
    assert_locks_free(project)
    still_there = living(sign.pid for sign in signs(log))
    assert not still_there


def assert_recorded(project: Project, view: RunView) -> None:
    """Receipt and row agree, and the events are whole, in order, and ended."""
    folder = project.state.run_folder(view.job_id, view.run_id)
    receipt = read_receipt(folder)
    assert receipt is not None, view
    error = receipt.error
    assert view.seq == receipt.sequence
    assert view.job_id == receipt.job_id
    assert view.trigger == receipt.trigger
    assert (view.role, view.actor) == (receipt.role, receipt.actor)
    assert view.status == receipt.status
    assert (view.exit_code, view.signal) == (receipt.exit_code, receipt.signal)
    assert view.error_code == (error and error.code)
    assert view.error_message == (error and error.message)
    assert view.queued_ms == parse_ms(receipt.queued_at)
    assert view.started_ms == (receipt.started_at and parse_ms(receipt.started_at))
    assert view.ended_ms == (receipt.ended_at and parse_ms(receipt.ended_at))
    scheduled = receipt.scheduled_for
    assert view.scheduled_for == (scheduled and parse_ms(scheduled) // 1000)
    assert folder.summary.exists()
    assert_events_whole(folder.events)


def assert_events_whole(path: Path) -> None:
    content = path.read_bytes()
    assert content.endswith(b"\n")
    events = [json.loads(line) for line in content.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["event"] for event in events].count("run_ended") >= 1
    assert events[-1]["event"] == "run_ended"


def assert_ran_once(views: list[RunView], found: list[Sign]) -> None:
    """No run was executed twice, and none that nobody knows of."""
    children = Counter(sign.run_id for sign in found if sign.kind == "child")
    assert set(children.values()) <= {1}
    assert children.keys() <= {view.run_id for view in views}
    per_occurrence = Counter(
        (view.job_id, view.scheduled_for)
        for view in views
        if view.scheduled_for is not None
    )
    assert set(per_occurrence.values()) <= {1}


def assert_each_taken_once(project: Project, views: list[RunView]) -> None:
    """Occurrences and their runs name each other."""
    taken = {
        (row["job_id"], row["instant"]): row["run_id"]
        for row in project.index.execute(
            "SELECT job_id, instant, run_id FROM occurrences WHERE run_id IS NOT NULL"
        )
    }
    assert taken == {
        (view.job_id, view.scheduled_for): view.run_id
        for view in views
        if view.scheduled_for is not None
    }


def present_schedules(project: Project) -> dict[str, Fixed]:
    """The schedules of all jobs but legacy ones, which have no fires of their own."""
    rows = project.index.execute("SELECT id, schedule FROM jobs")
    schedules = {row["id"]: decode_schedule(row["schedule"]) for row in rows}
    return {
        job_id: schedule
        for job_id, schedule in schedules.items()
        if not isinstance(schedule, Legacy)
    }


def assert_none_missing(project: Project, schedules: Mapping[str, Fixed]) -> None:
    """From the first decided occurrence to the cursor each has a row or lies in a
    span, and in one only.
    """
    for job_id, schedule in schedules.items():
        t = timetable(schedule)
        decided = decided_instants(project, job_id, t)
        (cursor,) = project.index.execute(
            "SELECT cursor FROM jobs WHERE id = ?", (job_id,)
        ).fetchone()
        if decided:
            assert sorted(decided) == list(fires(t, min(decided) - 1, cursor))


def decided_instants(project: Project, job_id: str, t: Timetable) -> list[int]:
    """Every decided instant of a job, spans written out."""
    index = project.index
    rows = "SELECT instant FROM occurrences WHERE job_id = ?"
    found = [row[0] for row in index.execute(rows, (job_id,))]
    spans = "SELECT first, last, count FROM spans WHERE job_id = ?"
    for first, last, count in index.execute(spans, (job_id,)):
        inside = list(fires(t, first - 1, last))
        assert len(inside) == count
        found += inside
    return found


def assert_index_sound(project: Project) -> None:
    answer = project.index.execute("PRAGMA integrity_check").fetchone()[0]
    assert answer == "ok"


def assert_locks_free(project: Project) -> None:
    paths = [project.state.runner_lock, *project.state.runs.glob("*/*/*/run.lock")]
    for path in paths:
        lock = PidLock(path)
        # A worker lets go of it a moment after the row has ended.
        wait_until(lock.seize, f"{path} to be free")
        lock.release()
