"""Real runs are looked at while real workers execute them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.activity import Observer
from runner.model.activity import AgentState
from runner.model.errors import JobNotFoundError
from runner.model.orders import Order
from runner.model.run import RunStatus
from runner.store.events import reopen
from tests.helpers.project import ended, run_job
from tests.helpers.site import site, started, until, worker_of
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.activity import Activity
    from runner.store.folders import RunFolder

pytestmark = pytest.mark.slow

FAMILY = f"echo out; echo err >&2; sh -c '{until('gate')}' & {until('gate')}; wait"


def folder_of(project: Project, run_id: str) -> RunFolder:
    return api.run_detail(project, run_id).folder


def test_a_run_that_goes_on(tmp_path: Path) -> None:
    jobs = {"a": {"command": FAMILY, "timeout": "5m"}}
    with site(tmp_path, {"jobs": jobs}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        child = started(project, run_id)
        observer = Observer()

        def look() -> Activity | None:
            found = api.activity(project, observer, run_id)
            grown = found.output_bytes == 8 and len(found.processes) >= 3
            return found if grown else None

        found = wait_until(look, "its family and its output")
        worker = worker_of(project, run_id)
        (tmp_path / "gate").touch()
        done = ended(project, run_id)
        after = api.activity(project, observer, run_id)

        assert (found.run_id, found.job_id) == (run_id, "a")
        assert (found.status, found.attempt) == (RunStatus.RUNNING, 1)
        assert (found.processes[0].pid, found.processes[0].depth) == (child, 0)
        assert found.processes[1].depth == 1
        assert found.rss == sum(it.rss or 0 for it in found.processes) > 0
        assert found.timeout_ms == 300_000
        assert found.elapsed_ms is not None
        assert 0 <= found.elapsed_ms < 60_000
        assert found.last_output_ms is not None
        assert abs(found.last_output_ms - project.clock.wall_ms()) < 60_000
        assert found.worker is not None
        assert (found.worker.pid, found.worker.run_id) == (worker, run_id)
        assert found.worker.alive
        assert found.agent == AgentState()
        assert (after.status, after.processes) == (RunStatus.SUCCEEDED, ())
        assert after.elapsed_ms == done.duration_ms


def test_a_worker_that_died_is_told(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": until("gate")}}}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        started(project, run_id)
        observer = Observer()
        alive = api.activity(project, observer, run_id).worker
        os.kill(worker_of(project, run_id), 9)

        def look() -> Activity | None:
            found = api.activity(project, observer, run_id)
            return None if found.worker is None or found.worker.alive else found

        found = wait_until(look, "it to be seen")

        assert alive is not None
        assert alive.alive
        assert found.status is RunStatus.RUNNING
        assert found.processes != ()
        assert ended(project, lost(project, run_id)).status is RunStatus.LOST


def lost(project: Project, run_id: str) -> str:
    """The run, once a tick has found that nobody executes it."""
    api.tick(project)
    return run_id


def test_what_an_agent_tells(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": ["true"]}}}) as project:
        run_id = run_job(project, "a").run_id
        observer = Observer()
        assert api.activity(project, observer, run_id).agent == AgentState()
        log = reopen(folder_of(project, run_id).events)

        def told(event: str, **details: str | float | None) -> AgentState:
            log.append(0, event, **details)
            return api.activity(project, observer, run_id).agent

        assert told("agent_session", session="s-1") == AgentState(session="s-1")
        assert told("agent_tool", tool="Bash").tool == "Bash"
        assert told("agent_turn", turn=3) == AgentState("s-1", "Bash", 3)
        assert told("agent_budget", budget="81 of 100 turns").budget is not None
        assert told("agent_tool_ended", tool=None).tool is None
        assert told("agent_message", text="hello", turn="many").turn == 3
        assert told("agent_tool", tool="Read").tool == "Read"
        assert told("attempt_started", attempt=2, pid=1).tool is None
        log.close()
        assert api.activity(project, observer, run_id).attempt == 2


def test_events_are_read_as_they_grow(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": ["true"]}}}) as project:
        run_id = run_job(project, "a").run_id
        path = folder_of(project, run_id).events
        observer = Observer()
        line = json.dumps({"event": "agent_turn", "at": "2026-01-01T00:00:00Z"})
        whole = f'{line[:-1]}, "turn": 7}}\n'
        with path.open("a") as file:
            file.write("no event\n" + whole[:20])
        assert api.activity(project, observer, run_id).agent.turn is None
        with path.open("a") as file:
            file.write(whole[20:])
        assert api.activity(project, observer, run_id).agent.turn == 7
        before = path.read_bytes()
        path.write_bytes(b"x" * len(before))
        assert api.activity(project, observer, run_id).agent.turn == 7
        assert api.activity(project, Observer(), run_id).agent.turn is None


def test_one_that_has_not_started(tmp_path: Path) -> None:
    jobs = {"a": {"command": until("gate"), "overlap": "queue"}}
    with site(tmp_path, {"jobs": jobs}) as project:
        first = api.submit(project, Order("a", "tester"))
        started(project, first)
        waiting = api.submit(project, Order("a", "tester"))

        found = api.activity(project, Observer(), waiting)
        (tmp_path / "gate").touch()

        assert (found.status, found.worker) == (RunStatus.QUEUED, None)
        assert (found.attempt, found.elapsed_ms, found.timeout_ms) == (None,) * 3
        assert (found.processes, found.output_bytes) == ((), 0)
        assert (found.last_output_ms, found.cpu_percent) == (None, None)
        with pytest.raises(JobNotFoundError):
            api.activity(project, Observer(), "nobody")


def test_an_observer_keeps_few_runs_in_mind(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": ["true"]}}}) as project:
        run_id = run_job(project, "a").run_id
        folder = folder_of(project, run_id)
        observer = Observer()
        kept = observer.watched("kept", folder)
        for number in range(100):
            observer.watched(str(number), folder)
            assert observer.watched("kept", folder) is kept
        assert len(observer._watched) == 16
