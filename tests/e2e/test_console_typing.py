"""Keys that come faster than the screen follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.views import HistoryQuery
from tests.helpers.site import site
from tests.helpers.terminal import ENTER, ESCAPE, console

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

JOBS = {"jobs": {"sync": {"command": ["true"], "when": {"every": "1h"}}}}


@pytest.mark.parametrize("opener", [":", "/"])
def test_what_is_typed_at_once_goes_where_it_belongs(
    tmp_path: Path, opener: str
) -> None:
    """As a slow connection delivers it; on the table these letters would act."""
    with site(tmp_path, JOBS), console(tmp_path) as it:
        it.wait_for("sync", "[Overview]")
        it.press(f"{opener}pause-RXu")
        it.wait_for(f"{opener}pause-RXu" if opener == ":" else "filter: pause-RXu")
        it.press(ESCAPE)
        it.wait_for("0 held")
        assert not it.line_with("sync", "paused")


def test_run_and_enter_at_once(tmp_path: Path) -> None:
    with site(tmp_path, JOBS) as project, console(tmp_path) as it:
        it.wait_for("sync", "[Overview]")
        it.press(f"r{ENTER}")
        it.wait_for(lambda: it.line_with("✓", "sync"))
        assert len(api.history(project, HistoryQuery()).runs) == 1


def test_run_and_enter_as_soon_as_it_is_seen(tmp_path: Path) -> None:
    with site(tmp_path, JOBS), console(tmp_path) as it:
        it.wait_for("sync")
        it.press("r")
        it.wait_for("Run sync")
        it.press(ENTER)
        it.wait_for(lambda: it.line_with("✓", "sync"))
