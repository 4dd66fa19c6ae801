"""What the parts of a job's page have in common."""

from __future__ import annotations

import msgspec
from textual.containers import Vertical

from jobconsole.parts.part import Part
from runner.model.views import JobView, RunView


class Subject(msgspec.Struct, frozen=True):
    """The job that a page is about, and the run of it; None where it never ran."""

    job: JobView
    run: RunView | None


class Pane(Part, Vertical):
    """One of a job's pages. It loads what it shows when it is shown."""

    async def load(self, subject: Subject) -> None:
        """Show this job, or this run; called again whenever one of them changed."""
        raise NotImplementedError

    async def beat(self, subject: Subject) -> None:
        """Show what changes while time passes; called every second."""
