"""A throw-away project, driven in this process and by real workers."""

from __future__ import annotations

import contextlib
import textwrap
from typing import TYPE_CHECKING

from runner import api
from runner.model.orders import Order
from runner.process.environment import DRIVER_VARIABLE, current
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.views import RunView
    from runner.process.clock import Clock
    from runner.process.driver import Driver


def write_project(
    root: Path, config: str, files: Mapping[str, str] | None = None
) -> Path:
    """Write teleclaude.yml and other files, dedented; the path of the former."""
    for name, text in {"teleclaude.yml": config, **(files or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
        if name.endswith(".sh"):
            path.chmod(0o755)
    return root / "teleclaude.yml"


@contextlib.contextmanager
def opened(
    config: Path, clock: Clock | None = None, driver: Driver | None = None
) -> Iterator[Project]:
    """The project with its configuration in force; `driver` is who calls its ticks."""
    state = config.parent / ".jobconsole"
    start = {**current(), DRIVER_VARIABLE: str(driver)} if driver else current()
    with api.open_project(config, state, start, clock) as project:
        api.refresh(project)
        yield project


def run_job(project: Project, job_id: str) -> RunView:
    """Run a job to its end."""
    return ended(project, api.submit(project, Order(job_id, "tester")))


def ended(project: Project, run_id: str) -> RunView:
    """Wait for a run's end."""

    def look() -> RunView | None:
        view = api.resolve_run(project, run_id)
        return view if view.status.ended else None

    return wait_until(look, f"the end of {run_id}")
