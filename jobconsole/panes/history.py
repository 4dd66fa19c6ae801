"""The runs of one job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from jobconsole.panes.pane import Pane, Subject
from jobconsole.panes.run_list import RunList
from runner.model.views import HistoryQuery

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runner.model.views import RunView
    from widgets.table import Table

EMPTY = "It has not run yet.\n\nr runs it now; w says when it is due, or why not."


class HistoryPane(Pane):
    """Enter makes the pages be about the chosen run."""

    class Chosen(Message):
        """A run that the pages are to be about."""

        def __init__(self, run: RunView) -> None:
            super().__init__()
            self.run = run

    def compose(self) -> ComposeResult:
        yield RunList(without={"job"}, empty=EMPTY)

    async def load(self, subject: Subject) -> None:
        await self.query_one(RunList).ask_for(HistoryQuery(job_id=subject.job.id))

    async def beat(self, _: Subject) -> None:
        self.query_one(RunList).table.repaint()

    def on_table_opened(self, message: Table.Opened) -> None:
        message.stop()
        run = self.query_one(RunList).chosen
        if run is not None:
            self.post_message(self.Chosen(run))
