from __future__ import annotations

from typing import TYPE_CHECKING

from tests.jobconsole.cli.program import call

if TYPE_CHECKING:
    from pathlib import Path


def test_history_is_narrowed_to_what_started_a_run(project: Path) -> None:
    assert call(project, "run", "says").code == 0
    found = {}
    for trigger in ("manual", "schedule", "catch-up"):
        listed = call(project, "history", "--trigger", trigger, "--json").json()
        assert isinstance(listed, list)
        found[trigger] = [run["job_id"] for run in listed]
    assert found == {"manual": ["says"], "schedule": [], "catch-up": []}


def test_what_starts_nothing_is_wrong_usage(project: Path) -> None:
    assert call(project, "history", "--trigger", "nobody").code == 2
