"""A job as it was resolved, with where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.panes.pane import Pane, Subject
from jobconsole.shown.spec import spec_lines
from runner import api
from widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult


class SpecPane(Pane):
    """Names, values and origins."""

    def compose(self) -> ComposeResult:
        lines = Lines()
        lines.ascii = self.console.stage.ascii
        yield lines

    async def load(self, subject: Subject) -> None:
        spec = await self.ask(api.spec, subject.job.id)
        if spec is not None:
            self.query_one(Lines).show(spec_lines(spec))
