"""The console as its parts know it: stage, threads, how it looks and how it speaks.

Which screens there are is the business of `app.py` alone.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from textual import work
from textual.app import App

from jobconsole.ascii import AsciiOnly, key_name
from jobconsole.desk import Desk
from jobconsole.preferences import THEMES, Memory, keep_memory, load_memory
from jobconsole.themes import themes
from runner.model.errors import JobconsoleError
from runner.model.text import sanitise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import Binding
    from textual.filter import LineFilter

    from jobconsole.stage import Stage
    from jobconsole.standing import Standing
    from runner.engine.activity import Observer
    from runner.model.orders import Order
    from runner.model.snapshot import Snapshot

LONGEST_MESSAGE = 2_000


class Seat(App[str]):
    """What an operator sits at. `snapshot` and `standing` are None until one came.

    `decided` are the jobs about which something was decided here, the latest last.

    Questions and deeds have a thread each, and so have reading logs and the machine's
    drivers, who may take their time.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__(ansi_color=None if stage.colour else True)
        self.stage = stage
        self.snapshot: Snapshot | None = None
        self.standing: Standing | None = None
        self.last_orders: dict[str, Order] = {}
        self.decided: list[str] = []
        self.questions = Desk(stage.opened)
        self.deeds = Desk(stage.opened)
        self.drivers = Desk(stage.opened)
        self.reader = Desk(stage.opened)
        self.bug: Exception | None = None
        self._ascii_only = AsciiOnly()
        for theme in themes():
            self.register_theme(theme)
        remembered = load_memory(stage.memory).theme
        # Not assigned: nothing is there yet that would have to be styled anew.
        chosen = remembered or stage.preferences.theme or THEMES[0]
        self.set_reactive(Seat.theme, chosen)
        self.stylesheet.set_variables(self.get_css_variables())
        self.set_class(stage.ascii, "-ascii")
        self.set_class(not stage.colour, "-no-colour")
        self.set_keymap(stage.preferences.keys)

    @functools.cached_property
    def observer(self) -> Observer:
        """Remembers what was seen of runs that were looked at."""
        from runner.engine import activity

        return activity.Observer()

    @property
    def now(self) -> int:
        """Wall time in epoch seconds."""
        return self.stage.clock.wall_ms() // 1000

    @work(exclusive=True, group="driver")
    async def look_at_driver(self) -> None:
        """Ask what calls the project, and whether it does."""
        if self.stage.standing is None:
            return
        try:
            self.standing = await self.drivers.ask(self.stage.standing)
        except JobconsoleError as error:
            self.complain(error)

    def complain(self, trouble: JobconsoleError | str) -> None:
        """Say why something was not done; the screen stays as it is."""
        self.notify(_shown(in_full(trouble)), severity="error", markup=False)

    def say(self, text: str) -> None:
        self.notify(_shown(text), markup=False)

    def choose_theme(self, name: str) -> None:
        """Use a theme from now on, the next time too."""
        self.theme = name
        memory = Memory(name)
        self.run_worker(lambda: keep_memory(self.stage.memory, memory), thread=True)
        self.say(f"theme: {name}")

    def close_desks(self) -> None:
        """Answer what was asked, and let the threads end."""
        for desk in (self.questions, self.deeds, self.reader):
            desk.close()
        # A driver that does not answer is no reason to wait.
        self.drivers.close(wait=False)

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, self._ascii_only] if self.stage.ascii else filters

    def get_key_display(self, binding: Binding) -> str:
        display = super().get_key_display(binding)
        return key_name(display) if self.stage.ascii else display

    def _handle_exception(self, error: Exception) -> None:
        """A bug: keep it for the edge, which reports it once the screen is left."""
        self.bug = self.bug or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()


def in_full(trouble: JobconsoleError | str) -> str:
    """The message and what to do, as sentences."""
    if isinstance(trouble, str):
        return trouble
    if not trouble.hint:
        return trouble.message
    stop = "" if trouble.message.endswith((".", "?", "!")) else "."
    return f"{trouble.message}{stop} {trouble.hint}"


def _shown(text: str) -> str:
    """A message that may quote foreign text."""
    return sanitise(text[:LONGEST_MESSAGE])
