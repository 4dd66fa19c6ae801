"""What the jobs stand on: driver, ticks, locks, configuration, disk, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from jobconsole.screens.frame import ConsoleScreen
from jobconsole.shown.system import Seen, system_lines
from runner import api
from widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runner.model.snapshot import Snapshot
    from runner.model.system import DiskUse, SystemView

BEATS_A_LOOK = 3
BUDGET_MS = 500
"""For counting what run folders take of the disk, each time the view is opened."""


class SystemScreen(ConsoleScreen):
    """Looked at again every few seconds while it is open."""

    VIEW = "system"

    def __init__(self) -> None:
        super().__init__()
        self._view: SystemView | None = None
        self._used: DiskUse | None = None
        self._beats = 0

    def body(self) -> ComposeResult:
        lines = Lines()
        lines.ascii = self.console.stage.ascii
        yield lines

    def show(self, _: Snapshot) -> None:
        self._look()

    def on_resize(self) -> None:
        self._paint()

    def beat(self) -> None:
        super().beat()
        self._beats += 1
        if self._beats % BEATS_A_LOOK == 0:
            self._look()

    def on_screen_resume(self) -> None:
        self._count_disk()
        self.console.look_at_driver()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        self._view = await self.ask(api.overview)
        self._paint()

    @work(exclusive=True, group="disk")
    async def _count_disk(self) -> None:
        self._used = await self.ask(api.disk_used, BUDGET_MS)
        self._paint()

    def _paint(self) -> None:
        snapshot = self.console.snapshot
        if self._view is not None and snapshot is not None:
            seen = Seen(self._view, self._used, self.console.standing)
            width = self.size.width - 3
            lines = system_lines(seen, snapshot.zone, self.console.now, width)
            self.query_one(Lines).show(lines)
