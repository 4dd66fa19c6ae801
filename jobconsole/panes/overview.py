"""A job at a glance: what it does now, what comes, how it went, what it said last."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.panes.pane import Pane, Subject
from jobconsole.shown.overview import OverviewFacts, overview_fields
from runner import api
from runner.model.errors import JobNotFoundError
from runner.model.run import RunStatus
from widgets.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from runner.engine.browse import Fires, JobDetail
    from runner.model.log import LogLine

FIRES_SHOWN = 3
LINES_SHOWN = 15
BEATS_A_LOOK = 2
"""Processes are looked at every second second."""


class _Known(NamedTuple):
    """The part of OverviewFacts that is asked of the core."""

    detail: JobDetail | None
    fires: Fires | None
    lines: Sequence[LogLine]
    hint: str


class OverviewPane(Pane):
    """Only what is running is looked at again and again."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts: OverviewFacts | None = None
        self._beats = 0

    def compose(self) -> ComposeResult:
        fields = Fields()
        fields.ascii = self.console.stage.ascii
        yield fields

    async def load(self, subject: Subject) -> None:
        known = await self.ask(_known, subject, self.console.now)
        if known is None:
            return
        self._facts = OverviewFacts(subject.job, subject.run, *known)
        await self._look(subject)

    async def beat(self, subject: Subject) -> None:
        self._beats += 1
        running = subject.run is not None and subject.run.status is RunStatus.RUNNING
        if running and self._beats % BEATS_A_LOOK == 0:
            await self.load(subject)
        else:
            self._paint()

    async def _look(self, subject: Subject) -> None:
        run = subject.run
        if self._facts is not None and run is not None and not run.status.ended:
            observer = self.console.observer
            seen = await self.ask(api.activity, observer, run.run_id)
            self._facts = self._facts._replace(activity=seen)
        self._paint()

    def _paint(self) -> None:
        if self._facts is not None:
            stage = self.console.stage
            now_ms = stage.clock.wall_ms()
            fields = overview_fields(self._facts, now_ms, ascii_only=stage.ascii)
            self.query_one(Fields).show_fields(fields)


def _known(project: api.Project, subject: Subject, now: int) -> _Known:
    """What is asked once for a job and a run of it, in the thread that answers."""
    detail, fires = None, None
    with contextlib.suppress(JobNotFoundError):  # not configured any more
        detail = api.job_detail(project, subject.job.id)
        (fires,) = api.next_fires(project, subject.job.id, now, FIRES_SHOWN)
    if subject.run is None:
        return _Known(detail, fires, (), "")
    run_id = subject.run.run_id
    transcript = api.transcript(project, run_id)
    transcript.update(ended=subject.run.status.ended)
    receipt = api.receipt(project, run_id)
    hint = receipt.error.hint if receipt and receipt.error else ""
    return _Known(detail, fires, tuple(transcript.tail(LINES_SHOWN)), hint)
