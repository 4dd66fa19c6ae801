"""What people decide, with real workers: on time, from one moment to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.orders import Decision
from runner.model.run import RunStatus
from runner.model.views import HistoryQuery
from runner.process.clock import SystemClock
from tests.helpers.site import living_workers, site
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HOUR = 3600
SOON = 4


def falls_due_soon() -> Mapping[str, object]:
    instant = SystemClock().wall_ms() // 1000 + SOON
    when = {"every": HOUR, "offset": instant % HOUR}
    return {"jobs": {"a": {"command": ["true"], "when": when}}}


@pytest.mark.slow
@pytest.mark.parametrize("taken_back", ["resume", "undo"])
def test_what_is_taken_back_starts_on_time(tmp_path: Path, taken_back: str) -> None:
    """Nobody waits for a paused job; who sets it free sees that somebody does."""
    with site(tmp_path, falls_due_soon()) as project:
        api.pause(project, "a", Decision("ann"))
        api.tick(project)
        assert not living_workers(project)
        if taken_back == "undo":
            api.undo(project, "ann")
        else:
            api.resume(project, "a", Decision("ann"))

        def ran() -> bool:
            runs = api.history(project, HistoryQuery(job_id="a")).runs
            return any(view.status is RunStatus.SUCCEEDED for view in runs)

        wait_until(ran, "the run")
        (view,) = api.history(project, HistoryQuery(job_id="a")).runs
        assert view.started_ms is not None
        assert view.scheduled_for is not None
        assert view.started_ms - view.scheduled_for * 1000 < 2_000
