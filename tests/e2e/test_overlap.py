"""What happens to an occurrence whose job is busy, and why others did not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.errors import OverlapError
from runner.model.occurrence import Reason
from runner.model.orders import Order
from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery
from tests.fakes.clock import FakeClock
from tests.helpers.processes import JOBCONSOLE, finish, start
from tests.helpers.project import ended
from tests.helpers.site import log_of, site, until

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.project import Project

HOUR = 3600
NOON = 1_795_176_000
"""2026-11-20 12:00 UTC. Ticks read a clock of the test; workers use the machine's."""


def hourly(**keys: object) -> dict[str, object]:
    return {"command": until("gate"), "when": {"every": "1h"}, **keys}


def tick_at(project: Project, clock: FakeClock, instant: int) -> list[str]:
    """The runs that a tick at this time of the test starts."""
    clock.advance(instant * 1000 - clock.wall_ms())
    return api.tick(project).started


def declined(project: Project, job_id: str) -> list[tuple[int, str]]:
    """Instants of a job that have a row saying why they did not run."""
    rows = project.index.execute(
        "SELECT instant, reason FROM occurrences"
        " WHERE job_id = ? AND reason IS NOT NULL ORDER BY instant",
        (job_id,),
    )
    return [(row["instant"], row["reason"]) for row in rows]


def spans(project: Project, job_id: str) -> list[tuple[int, int, int, str]]:
    rows = project.index.execute(
        "SELECT first, last, count, reason FROM spans WHERE job_id = ? ORDER BY first",
        (job_id,),
    )
    return [tuple(row) for row in rows]


def test_skip_declines_while_the_run_before_goes_on(tmp_path: Path) -> None:
    clock = FakeClock((NOON - 1) * 1000)
    with site(tmp_path, {"jobs": {"a": hourly()}}, clock=clock) as project:
        [first] = tick_at(project, clock, NOON)
        assert tick_at(project, clock, NOON + HOUR) == []
        assert declined(project, "a") == [(NOON + HOUR, Reason.OVERLAP)]
        (tmp_path / "gate").touch()
        ended(project, first)
        [third] = tick_at(project, clock, NOON + 2 * HOUR)
        assert ended(project, third).scheduled_for == NOON + 2 * HOUR


def test_skip_refuses_a_run_asked_for(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": until("gate")}}}) as project:
        first = api.submit(project, Order("a", "tester"))
        with pytest.raises(OverlapError, match=first):
            api.submit(project, Order("a", "tester"))


def test_of_many_who_ask_at_once_one_gets_the_job(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": until("gate")}}}) as project:
        words = ["run", "a", "--detach", "--config", str(project.config)]
        asking = [start([*JOBCONSOLE, *words], tmp_path) for _ in range(8)]
        codes = sorted(str(finish(pid).code) for pid in asking)
        assert codes == ["0", *["6"] * 7]
        [run] = api.history(project, HistoryQuery()).runs
        (tmp_path / "gate").touch()
        assert ended(project, run.run_id).status is RunStatus.SUCCEEDED


def test_queue_runs_them_one_after_the_other(tmp_path: Path) -> None:
    command = f"echo + >> log; {until('gate')}; echo - >> log"
    config = {"jobs": {"a": hourly(overlap="queue", command=command)}}
    clock = FakeClock((NOON - 1) * 1000)
    with site(tmp_path, config, clock=clock) as project:
        runs = [
            run_id
            for hours in range(4)
            for run_id in tick_at(project, clock, NOON + hours * HOUR)
        ]
        (tmp_path / "gate").touch()
        views = [ended(project, run_id) for run_id in runs]
    assert [view.scheduled_for for view in views] == [
        NOON + hours * HOUR for hours in range(4)
    ]
    assert (tmp_path / "log").read_text("utf-8") == "+\n-\n" * 4


def test_allow_runs_them_side_by_side(tmp_path: Path) -> None:
    """Each waits for the other: one after the other would never end."""
    command = 'touch "on-$1"; until [ -e on-1 ] && [ -e on-2 ]; do sleep 0.02; done'
    config = {"jobs": {"a": {"command": command, "overlap": "allow"}}}
    with site(tmp_path, config) as project:
        runs = [
            api.submit(project, Order("a", "tester", args=(number,)))
            for number in ("1", "2")
        ]
        assert {ended(project, run).status for run in runs} == {RunStatus.SUCCEEDED}


def test_every_occurrence_that_did_not_run_has_its_reason(tmp_path: Path) -> None:
    command = ["true"]
    every = {"every": "1h"}
    config = {
        "jobs": {
            "latest": hourly(command=command),
            "none": hourly(command=command, catch_up="none"),
            "grace": hourly(command=command, misfire_grace="10m"),
            "off": hourly(command=command, enabled=False),
            "broken": {"script": "jobs/not-there.py", "when": every},
            "denied": hourly(command=command, role="member", roles=["viewer"]),
        },
    }
    clock = FakeClock((NOON - 1) * 1000)
    with site(tmp_path, config, clock=clock) as project:
        runs = tick_at(project, clock, NOON + 3 * HOUR + 1800)
        views = [ended(project, run_id) for run_id in runs]
        last = NOON + 3 * HOUR
        missed = (NOON, last - HOUR, 3, Reason.MISSED)
        assert [(v.job_id, v.scheduled_for, v.trigger) for v in views] == [
            ("latest", last, Trigger.CATCH_UP)
        ]
        assert spans(project, "latest") == [missed]
        assert spans(project, "none") == [(NOON, last, 4, Reason.MISSED)]
        assert declined(project, "grace") == [(last, Reason.MISFIRED)]
        assert spans(project, "grace") == [missed]
        assert spans(project, "off") == [(NOON, last, 4, Reason.DISABLED)]
        assert spans(project, "broken") == [(NOON, last, 4, Reason.INVALID)]
        assert declined(project, "denied") == [(last, Reason.DENIED)]
        assert spans(project, "denied") == [missed]


def test_a_run_that_waits_can_be_cancelled(tmp_path: Path) -> None:
    config = {"jobs": {"a": {"command": until("gate"), "overlap": "queue"}}}
    with site(tmp_path, config) as project:
        first = api.submit(project, Order("a", "tester"))
        second = api.submit(project, Order("a", "tester"))
        api.cancel(project, second, actor="tester")
        assert ended(project, second).status is RunStatus.CANCELLED
        (tmp_path / "gate").touch()
        assert ended(project, first).status is RunStatus.SUCCEEDED
        assert log_of(project, first) == ""
