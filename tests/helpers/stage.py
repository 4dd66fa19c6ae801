"""The console on a project of the test's making, and an operator in front of it."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from textual import events
from textual.keys import _character_to_key, key_to_character

from jobconsole.app import Console
from jobconsole.preferences import Preferences
from jobconsole.stage import Stage
from jobconsole.watcher import POLL_MS
from runner import api
from runner.process.clock import SystemClock
from runner.process.environment import current
from tests.fakes.command_line import FakeCommandLine
from tests.helpers.screen import until
from widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.widget import Widget

    from runner.api import Project
    from runner.process.clock import Clock
    from tests.helpers.still import Still

SMALL, MIDDLE, WIDE = (80, 24), (110, 32), (160, 40)
"""Columns and rows."""

USER = "tester"

QUEUES = 3
"""Of the app, of the screen and of a widget: each passes a key on to the next."""


def stage_of(config: Path, clock: Clock | None = None) -> Stage:
    """A project as a person would open it who prefers nothing and remembers nothing."""

    def opened() -> AbstractContextManager[Project]:
        return api.open_project(config, config.parent / ".jobconsole", current(), clock)

    return Stage(
        opened=opened,
        clock=clock or SystemClock(),
        user=USER,
        project="farm",
        host="mac-mini",
        preferences=Preferences(),
        memory=config.parent / "memory" / "console.json",
        command_line=FakeCommandLine(),
    )


class Rests(threading.Event):
    """Those of a console's watcher, each as long as after a quick look.

    It rests longer from a long look, and where a test lets hours pass in the middle of a
    look, that look has taken hours.
    """

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(min(timeout or 0, POLL_MS / 1000))


class Operator:
    """Presses keys and reads the screen."""

    def __init__(self, console: Console, pilot: Pilot[Any]) -> None:
        self.console = console
        self.pilot = pilot

    @property
    def lines(self) -> list[str]:
        """What is painted, line by line, without the blanks at their ends."""
        strips = self.console.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def told(self) -> list[str]:
        """The messages that are shown, the latest last."""
        return [it.message for it in self.console._notifications]

    @property
    def table(self) -> Table[Any]:
        """The table of the view that is shown."""
        return self.console.screen.query(Table).first()

    @property
    def rows(self) -> list[str]:
        """The keys of that table's rows."""
        return [self.table._rows.key_of(item) for item in self.table.items]

    def line_with(self, text: str) -> str:
        """The first line that holds a text; empty where none does."""
        return next((line for line in self.lines if text in line), "")

    async def press(self, *keys: str) -> None:
        """Each key once what the one before asked for is answered."""
        for key in keys:
            self._send(key)
            await self._settles()
        await self.pilot.pause()

    async def types(self, text: str) -> None:
        """Faster than anything answers, as one pastes."""
        for character in text:
            self._send(character)
        await self._settles()
        await self.pilot.pause()

    def _send(self, key: str) -> None:
        typed = len(key) == 1
        name = _character_to_key(key) if typed else key
        character = key if typed else key_to_character(key)
        self.console.post_message(events.Key(name, character))

    async def _settles(self) -> None:
        for _ in range(QUEUES):
            await self.pilot._wait_for_screen()

    async def waits(self, condition: Callable[[], object], what: str) -> None:
        await until(self.pilot, condition, what)

    async def sees(self, *texts: str) -> None:
        """Waits until all of these are on the screen."""
        for text in texts:
            await self._sees(text)

    async def _sees(self, text: str) -> None:
        try:
            await self.waits(lambda: text in self.text, repr(text))
        except AssertionError as error:
            error.add_note(self.text)
            raise

    async def sees_no(self, text: str) -> None:
        await self.waits(lambda: text not in self.text, f"{text!r} to go")

    async def hears(self, text: str) -> None:
        """Waits until a message holds a text."""
        try:
            await self.waits(lambda: any(text in it for it in self.told), repr(text))
        except AssertionError as error:
            error.add_note("\n".join(self.told))
            raise

    async def meets(self, kind: type[object]) -> None:
        """Waits until such a screen is in front, and all that is on it."""

        def is_there() -> bool:
            screen = self.console.screen
            return isinstance(screen, kind) and screen.is_mounted

        await self.waits(is_there, kind.__name__)

    async def goes_to(self, key: str) -> None:
        """Puts the cursor of the view's table on a row."""
        await self.waits(lambda: key in self.rows, f"a row {key}")
        self.table.go_to(key)
        await self.pilot.pause()

    async def focuses(self, widget: Widget) -> None:
        await self.waits(lambda: widget.has_focus, f"the focus on {widget}")


def visit(
    it: Still, size: tuple[int, int] = MIDDLE, **changes: Any
) -> AbstractAsyncContextManager[Operator]:
    """The console in front of a still project; `changes` are of its stage."""
    stage = stage_of(it.project.config, it.clock)
    return on_stage(stage._replace(**changes), size)


@contextlib.asynccontextmanager
async def on_stage(
    stage: Stage, size: tuple[int, int] = MIDDLE
) -> AsyncIterator[Operator]:
    """The console, once it shows the project."""
    console = Console(stage)
    console._watcher._stopping = Rests()
    async with console.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: console.snapshot is not None, "the first look")
        await pilot.pause()
        yield Operator(console, pilot)


def assert_nothing_leads_out(operator: Operator) -> None:
    """Nothing on the screen is a control, a link or an action of foreign making."""
    for strip in operator.console.screen._compositor.render_strips():
        for segment in strip:
            assert segment.control is None
            odd = {ascii(it) for it in segment.text if not _is_harmless(it)}
            assert not odd
            if segment.style is not None:
                assert segment.style.link is None
                assert "@click" not in segment.style.meta


def _is_harmless(character: str) -> bool:
    return character.isprintable() or character == "\N{ZERO WIDTH JOINER}"
