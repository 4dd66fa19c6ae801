"""What falls due before the next tick is started at its instant, by a worker that
waits and sees every edit meanwhile.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runner import api
from runner.model.instants import utc_text
from runner.model.run import RunStatus, Trigger
from runner.process.clock import SystemClock
from runner.store import workers
from tests.helpers.project import ended, write_project
from tests.helpers.site import log_of, site
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.views import RunView

LATE_MS = 2_000
"""Far above what it takes, and far below the wait for the next tick."""


def once(instant: int, *command: str, enabled: bool = True) -> dict[str, object]:
    when = {"once": utc_text(instant)}
    return {"command": command or ["true"], "when": when, "enabled": enabled}


def in_seconds(seconds: int) -> int:
    """An instant at least so far away."""
    return SystemClock().wall_ms() // 1000 + seconds + 1


def run_of(project: Project, job_id: str) -> RunView:
    def look() -> str | None:
        row = project.index.execute(
            "SELECT run_id FROM runs WHERE job_id = ?", (job_id,)
        ).fetchone()
        return None if row is None else str(row[0])

    return ended(project, wait_until(look, f"a run of {job_id}"))


def edit(root: Path, config: Mapping[str, object]) -> None:
    write_project(root, json.dumps(config))


def test_runs_start_at_their_instant_as_configured_then(tmp_path: Path) -> None:
    instant = in_seconds(2)
    jobs = {
        "same": once(instant),
        "edited": once(instant, "echo", "before"),
        "switched-off": once(instant),
    }
    with site(tmp_path, {"jobs": jobs}) as project:
        assert api.tick(project).started == []
        [timer] = workers.everyone(project.index)
        assert timer.pool is None
        edited = {
            "same": once(instant),
            "edited": once(instant, "echo", "after"),
            "switched-off": once(instant, enabled=False),
            "added": once(instant),
        }
        edit(tmp_path, {"jobs": edited})
        views = {name: run_of(project, name) for name in ("same", "edited", "added")}
        for view in views.values():
            assert view.status is RunStatus.SUCCEEDED
            assert view.scheduled_for == instant
            assert view.trigger is Trigger.SCHEDULE
            assert view.started_ms is not None
            assert instant * 1000 <= view.started_ms < instant * 1000 + LATE_MS
        assert log_of(project, views["edited"].run_id) == "after\n"
        reasons = project.index.execute(
            "SELECT job_id, instant, reason FROM occurrences WHERE run_id IS NULL"
            " UNION ALL SELECT job_id, first, reason FROM spans"
        ).fetchall()
        assert [tuple(row) for row in reasons] == [
            ("switched-off", instant, "disabled")
        ]


def test_a_timer_holds_no_slot_and_serves_instant_after_instant(
    tmp_path: Path,
) -> None:
    first = in_seconds(1)
    config = {
        "concurrency": {"default": 1},
        "jobs": {
            "every": {"command": ["true"], "when": {"every": 1}, "overlap": "queue"},
        },
    }
    with site(tmp_path, config) as project:
        api.tick(project)

        def three_ended() -> bool:
            rows = project.index.execute(
                "SELECT scheduled_for, started_ms FROM runs WHERE status = 'succeeded'"
            ).fetchall()
            return len(rows) >= 3

        wait_until(three_ended, "three runs on time")
        rows = project.index.execute(
            "SELECT scheduled_for, started_ms FROM runs WHERE status = 'succeeded'"
            " ORDER BY seq"
        ).fetchall()
    instants = [row["scheduled_for"] for row in rows]
    assert instants == list(range(instants[0], instants[0] + len(instants)))
    assert instants[0] <= first
    assert all(row["started_ms"] - row["scheduled_for"] * 1000 >= 0 for row in rows)


def test_no_timer_stays_where_nothing_is_near(tmp_path: Path) -> None:
    instant = in_seconds(3600)
    with site(tmp_path, {"jobs": {"a": once(instant)}}) as project:
        api.tick(project)
        assert workers.everyone(project.index) == []


def test_a_timer_leaves_when_its_job_is_gone(tmp_path: Path) -> None:
    config = {"jobs": {"a": once(in_seconds(60))}}
    with site(tmp_path, config) as project:
        api.tick(project)
        assert len(workers.everyone(project.index)) == 1
        edit(tmp_path, {"jobs": {}})
        wait_until(lambda: not workers.everyone(project.index), "the timer to leave")


def test_a_broken_edit_keeps_what_was_in_force(tmp_path: Path) -> None:
    instant = in_seconds(2)
    with site(tmp_path, {"jobs": {"a": once(instant)}}) as project:
        api.tick(project)
        (tmp_path / "teleclaude.yml").write_text("jobs: {a: [", "utf-8")
        assert run_of(project, "a").scheduled_for == instant
        assert api.broken_configuration(project)
