"""The console: one project on a full screen.

Widgets announce, screens route, the core acts. Nothing here reads files, processes or
the index: a watcher posts what there is to see, and two desks answer in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import os
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.app import App, ScreenStackError, SystemCommand
from textual.binding import Binding, BindingType
from textual.geometry import Size

import styles
from jobconsole.keyboard import Keyboard
from jobconsole.palette import Everything
from jobconsole.preferences import THEMES
from jobconsole.screens.frame import Beat, Shown
from jobconsole.screens.jobs import WIDE, JobsScreen, Wanted
from jobconsole.seat import Seat, in_full
from jobconsole.watcher import Failed, Lost, Seen, Watcher
from widgets.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.message import Message
    from textual.screen import Screen

    from jobconsole.stage import Stage
    from runner.model.snapshot import Snapshot

OWN_WORDS = ("jobs", "runs", "agenda", "board", "system", "theme", "help", "quit")
"""What can be typed beside the commands of the command line."""

MOVING = frozenset({"", "table", "lines"})
"""Keys that move about are not worth a line of the palette."""

MOST_SHOWN = 500_000
"""Characters of what a command says."""

LATER = (
    *(
        f"jobconsole.screens.{name}"
        for name in (
            *("agenda", "board", "bulk", "command", "compare", "confirm", "help"),
            *("job", "page", "run_dialog", "runs", "system", "why"),
        )
    ),
    *(f"jobconsole.panes.{name}" for name in ("files", "history", "log", "spec")),
    "jobconsole.cli.main",
)
"""What the first rows can do without."""

BEAT_SECONDS = 1.0
"""How often what tells of passing time is painted anew."""

DRIVER_SECONDS = 60.0
"""How often the machine's drivers are asked: each time some commands are run."""


def _view(module: str, name: str) -> Screen[None]:
    """A view, imported when it is first shown."""
    view: type[Screen[None]] = getattr(
        importlib.import_module(f"jobconsole.screens.{module}"), name
    )
    return view()


class Console(Seat):
    """Returns why it ended, where that was not the person's wish."""

    TITLE = "jobconsole"
    CSS_PATH = str(Path(styles.__file__).with_name("console.tcss"))
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-small"), (80, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]  # noqa: RUF012
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "jobs": JobsScreen,
        "runs": partial(_view, "runs", "RunsScreen"),
        "agenda": partial(_view, "agenda", "AgendaScreen"),
        "board": partial(_view, "board", "BoardScreen"),
        "system": partial(_view, "system", "SystemScreen"),
    }
    DEFAULT_MODE = "jobs"
    COMMANDS = {Everything}  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "go('jobs')", "Jobs", id="view.jobs", show=False),
        Binding("2", "go('runs')", "Runs", id="view.runs", show=False),
        Binding("3", "go('agenda')", "Agenda", id="view.agenda", show=False),
        Binding("4", "go('board')", "Board", id="view.board", show=False),
        Binding("5", "go('system')", "System", id="view.system", show=False),
        Binding("colon", "command", "command", id="console.command", key_display=":"),
        Binding("question_mark", "help", "help", id="console.help", key_display="?"),
        Binding("T", "theme", "Theme", id="console.theme", show=False),
        Binding("q", "quit", "Quit", id="console.quit", show=False),
        Binding("ctrl+z", "suspend_process", "Suspend", id="console.stop", show=False),
    ]

    def __init__(self, stage: Stage, first: Snapshot | None = None) -> None:
        super().__init__(stage)
        self.snapshot = first
        self._typed: list[str] = []
        self._keyboard = Keyboard(self, super().on_event)
        self._watcher = Watcher(
            stage.opened, self.post_message, attends=not stage.read_only
        )

    def on_mount(self) -> None:
        self._watcher.start()
        self.app_resume_signal.subscribe(self, self._paint_anew)
        self.set_interval(BEAT_SECONDS, self._beat)
        self.set_interval(DRIVER_SECONDS, self.look_at_driver)
        self.call_after_refresh(self.look_at_driver)

    def leave(self) -> None:
        """End, called from wherever a signal was caught."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.exit)

    def on_unmount(self) -> None:
        self._watcher.stop()
        self.close_desks()

    def on_seen(self, message: Seen) -> None:
        """Hand it on to the screen, for when that is ready to show it."""
        if not gc.isenabled():
            self.call_after_refresh(self._settle)
        told = self.snapshot.broken if self.snapshot else ()
        before = self.snapshot and self.snapshot.tick
        self.snapshot = message.snapshot
        now = message.snapshot.tick
        if before and now and before.driver != now.driver:
            self.look_at_driver()  # somebody has installed something, perhaps
        self._tell_screen(Shown(message.snapshot))
        if message.snapshot.broken and message.snapshot.broken != told:
            first = message.snapshot.broken[0]
            self.complain(f"{first} (5 shows more)")

    def on_failed(self, message: Failed) -> None:
        raise message.error

    def on_lost(self, message: Lost) -> None:
        """Nothing that is shown is true any more."""
        self.exit(in_full(message.error), return_code=3)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._keyboard.press(event)
        else:
            await super().on_event(event)

    def action_go(self, mode: str) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_mode(mode)

    def action_help(self) -> None:
        from jobconsole.screens.help import Help

        self.push_screen(Help(self.screen, ascii_only=self.stage.ascii))

    def action_command(self) -> None:
        from jobconsole.screens.command import CommandScreen

        line = self.stage.command_line
        self.push_screen(CommandScreen(line, OWN_WORDS, self._typed), self._obey_typed)

    def _obey_typed(self, typed: list[str] | None) -> None:
        if typed:
            self._typed.append(shlex.join(typed))
            self._obey(typed)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the palette offers: what keys do here, and the themes."""
        for active in screen.active_bindings.values():
            binding = active.binding
            group = (binding.id or "").partition(".")[0]
            if active.enabled and binding.description and group not in MOVING:
                title = binding.description[:1].upper() + binding.description[1:]
                keys = f"key {self.get_key_display(binding)}"
                act = partial(self.run_action, binding.action, active.node)
                yield SystemCommand(title, keys, act)
        for theme in THEMES:
            choose = partial(self.choose_theme, theme)
            yield SystemCommand(f"Theme {theme}", "how the console looks", choose)

    def action_show_job(self, job_id: str) -> None:
        """Go to a job in the list."""
        self.action_go("jobs")
        self.screen.post_message(Wanted(job_id))

    def action_theme(self) -> None:
        """The next theme; it is remembered."""
        following = (THEMES.index(self.theme) + 1) % len(THEMES)
        self.choose_theme(THEMES[following])

    @work(group="command")
    async def _obey(self, words: list[str]) -> None:
        """Do what was typed: our own words, or a command of the command line."""
        match words:
            case ["q" | "quit"]:
                self.exit()
            case ["help"]:
                self.action_help()
            case ["theme", name] if name in THEMES:
                self.choose_theme(name)
            case ["theme", *_]:
                self.complain(f"choose a theme: {', '.join(THEMES)}")
            case [view] if view in self.MODES:
                self.action_go(view)
            case _:
                await self._call(words)

    async def _call(self, words: list[str]) -> None:
        line = self.stage.command_line
        if self.stage.read_only and line.acts(words):
            self.complain("this console is read-only")
            return
        called = await asyncio.to_thread(line.call, words)
        lines = called.text[:MOST_SHOWN].splitlines()
        if called.code == 0 and len(lines) <= 1:
            self.say(called.text.strip() or f"done: {shlex.join(words)}")
        else:
            ended = f" (exit {called.code})" if called.code else ""
            from jobconsole.screens.page import Page

            shown = [(Piece(text),) for text in lines]
            await self.push_screen(Page(f":{shlex.join(words)}{ended}", shown))

    @work(thread=True)
    def _settle(self) -> None:
        """After the first rows: import the rest, and leave what started in peace.

        What is imported cannot change under an open console. Collecting the garbage of
        all that was imported would stop the keys for a moment.
        """
        for module in LATER:
            importlib.import_module(module)
        gc.freeze()
        gc.enable()

    def _paint_anew(self, _: App[str]) -> None:
        """The terminal was somebody else's meanwhile."""
        self.screen.refresh(layout=True)
        self.post_message(events.Resize(self.size, self.size))

    def _beat(self) -> None:
        self._measure()
        self._tell_screen(Beat())

    def _measure(self) -> None:
        """See that the last of many sizes in a row has been taken in."""
        if self.is_headless or sys.__stderr__ is None:
            return
        with contextlib.suppress(OSError):  # the terminal has gone away
            size = Size(*os.get_terminal_size(sys.__stderr__.fileno()))
            if size != self.size:
                self.post_message(events.Resize(size, size))

    def _tell_screen(self, message: Message) -> None:
        # Of a console that closes, no screen is left to be told.
        with contextlib.suppress(ScreenStackError):
            self.screen.post_message(message)
