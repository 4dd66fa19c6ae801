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

    from runner.engine.activity import Observer
    from runner.engine.browse import Fires, JobDetail
    from runner.model.activity import Activity
    from runner.model.log import LogLine
    from runner.model.receipt import Receipt
    from runner.model.spending import JobCosts
    from runner.store.transcript import Transcript

FIRES_SHOWN = 3
LINES_SHOWN = 15
BEATS_A_LOOK = 2
"""Processes are looked at every second second."""


class _Known(NamedTuple):
    """What is asked once of a job and a run of it."""

    detail: JobDetail | None
    fires: Fires | None
    transcript: Transcript | None
    receipt: Receipt | None
    costs: JobCosts | None


class _Seen(NamedTuple):
    """What is looked at again and again while the run goes on."""

    lines: Sequence[LogLine]
    activity: Activity | None


class OverviewPane(Pane):
    """Asks what is known once, and looks again at what is running."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._known: _Known | None = None
        self._facts: OverviewFacts | None = None
        self._beats = 0

    def compose(self) -> ComposeResult:
        fields = Fields()
        fields.ascii = self.console.stage.ascii
        yield fields

    async def load(self, subject: Subject) -> None:
        self._known = await self.ask(_ask, subject, self.console.now)
        await self._look(subject)

    async def beat(self, subject: Subject) -> None:
        self._beats += 1
        running = subject.run is not None and subject.run.status is RunStatus.RUNNING
        if running and self._beats % BEATS_A_LOOK == 0:
            await self._look(subject)
        else:
            self._paint()

    async def _look(self, subject: Subject) -> None:
        known = self._known
        if known is None:
            return
        seen = await self.ask(_look, subject, known, self.console.observer)
        if seen is not None:
            job, run = subject.job, subject.run
            receipt = known.receipt
            hint = receipt.error.hint if receipt and receipt.error else ""
            rest = (known.detail, known.fires, hint)
            told = OverviewFacts(job, run, *rest, *seen)
            self._facts = told._replace(receipt=receipt, costs=known.costs)
            self._paint()

    def _paint(self) -> None:
        if self._facts is not None:
            stage = self.console.stage
            now_ms = stage.clock.wall_ms()
            fields = overview_fields(self._facts, now_ms, ascii_only=stage.ascii)
            self.query_one(Fields).show_fields(fields)


def _ask(project: api.Project, subject: Subject, now: int) -> _Known:
    """In the thread that answers, which alone uses the transcript."""
    detail, fires = None, None
    with contextlib.suppress(JobNotFoundError):  # not configured any more
        detail = api.job_detail(project, subject.job.id)
        (fires,) = api.next_fires(project, subject.job.id, now, FIRES_SHOWN)
    is_agent = subject.job.agent is not None
    costs = api.costs_of(project, subject.job.id) if is_agent else None
    if subject.run is None:
        return _Known(detail, fires, None, None, costs)
    run_id = subject.run.run_id
    receipt = api.receipt(project, run_id)
    return _Known(detail, fires, api.transcript(project, run_id), receipt, costs)


def _look(
    project: api.Project, subject: Subject, known: _Known, observer: Observer
) -> _Seen:
    run, transcript = subject.run, known.transcript
    if run is None or transcript is None:
        return _Seen((), None)
    transcript.update(ended=run.status.ended)
    lines = tuple(transcript.tail(LINES_SHOWN))
    if run.status.ended:
        return _Seen(lines, None)
    return _Seen(lines, api.activity(project, observer, run.run_id))
