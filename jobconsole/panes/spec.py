"""A job as it was resolved, with where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.panes.pane import Pane, Subject
from jobconsole.shown.spec import spec_lines
from runner import api
from widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runner.model.spec import Spec


class SpecPane(Pane):
    """Names, values and origins."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._spec: Spec | None = None

    def compose(self) -> ComposeResult:
        lines = Lines()
        lines.ascii = self.console.stage.ascii
        yield lines

    def on_resize(self) -> None:
        self._show()

    async def load(self, subject: Subject) -> None:
        spec = await self.ask(api.spec, subject.job.id)
        if spec is not None:
            self._spec = spec
            self._show()

    def _show(self) -> None:
        if self._spec is not None:
            self.query_one(Lines).show(spec_lines(self._spec, self.size.width))
