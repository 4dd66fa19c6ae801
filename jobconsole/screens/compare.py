"""Two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from jobconsole.screens.page import Page
from jobconsole.shown.comparison import NAME_WIDTH, comparison_lines
from runner import api
from widgets.pieces import Piece

if TYPE_CHECKING:
    from runner.model.comparison import Comparison


class CompareScreen(Page):
    """What differs; `a` shows what is the same too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "all", "all or differences", id="compare.all"),
    ]

    def __init__(self, left: str, right: str) -> None:
        super().__init__("Two runs", [(Piece("reading..."),)])
        self._runs = (left, right)
        self._comparison: Comparison | None = None
        self._all = False

    def on_mount(self) -> None:
        self._read()

    def on_resize(self) -> None:
        self._show()

    def action_all(self) -> None:
        self._all = not self._all
        self._show()

    @work
    async def _read(self) -> None:
        self._comparison = await self.ask(api.compare, *self._runs)
        self._show()

    def _show(self) -> None:
        if self._comparison is not None:
            width = max((self.size.width - NAME_WIDTH - 8) // 2, 12)
            self.tell(comparison_lines(self._comparison, width, everything=self._all))
