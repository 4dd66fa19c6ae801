"""Why a job ran at an instant, or did not, or will."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from jobconsole.screens.page import Page
from jobconsole.shown.why import why_fields
from runner import api
from widgets.entry import Entry
from widgets.fields import Fields

if TYPE_CHECKING:
    from textual.app import ComposeResult


ASK = "another time: 06:00, 2026-11-20 06:00, or nothing for the latest"


class WhyScreen(Page):
    """Asked about one instant; `/` asks about another one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "ask", "another time", id="why.ask", key_display="/"),
    ]
    AUTO_FOCUS = "Fields"

    def __init__(self, job_id: str, at: int | None) -> None:
        super().__init__(f"Why {job_id}")
        self._job_id = job_id
        self._at = at

    def body(self) -> ComposeResult:
        fields = Fields()
        fields.ascii = self.console.stage.ascii
        yield fields
        yield Entry(placeholder=ASK)

    def on_mount(self) -> None:
        self.query_one(Entry).display = False
        self._explain()

    def on_input_submitted(self, message: Entry.Submitted) -> None:
        self._ask_about(message.value.strip())

    def action_ask(self) -> None:
        self.query_one(Entry).display = True
        self.query_one(Entry).focus()

    def action_leave(self) -> None:
        if self.query_one(Entry).has_focus:
            self._hide_input()
        else:
            super().action_leave()

    @work(exclusive=True)
    async def _ask_about(self, text: str) -> None:
        if not text:
            self._at = None
        else:
            try:
                named = await self.ask(api.instant_for, self._job_id, text)
            except ValueError as error:
                self.console.complain(str(error))
                return
            if named is None:
                return
            if named.note:
                self.console.say(named.note)
            self._at = named.instant
        self._hide_input()
        self._explain()

    @work(exclusive=True, group="explain")
    async def _explain(self) -> None:
        explanation = await self.ask(api.why, self._job_id, self._at)
        if explanation is not None:
            self.query_one(Fields).show_fields(why_fields(explanation))

    def _hide_input(self) -> None:
        self.query_one(Entry).display = False
        self.query_one(Fields).focus()
