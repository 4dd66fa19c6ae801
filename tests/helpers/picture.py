"""The console as it is drawn for a picture: nothing blinks, moves or fades away."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.widgets import Input

from jobconsole.app import Console
from jobconsole.cli.main import COMMANDS
from jobconsole.preferences import Preferences
from jobconsole.stage import Stage
from tests.fakes.clock import FakeClock
from tests.fakes.command_line import FakeCommandLine
from tests.fakes.desk import PreparedDesk
from tests.helpers import gallery, machine, story
from tests.helpers.stage import Operator
from widgets.log_view import LogView

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from textual.pilot import Pilot

    Pose = Callable[[Operator], Awaitable[None]]

FOR_EVER = 86_400.0
"""Seconds: longer than any test."""


class Look(NamedTuple):
    """A terminal, and how the console is drawn on it."""

    size: tuple[int, int]
    theme: str = "dark"
    ascii: bool = False
    colour: bool = True

    def __str__(self) -> str:
        kind = "ascii" if self.ascii else self.theme if self.colour else "no-colour"
        return f"{self.size[0]}x{self.size[1]}-{kind}"


class KnownCommands(FakeCommandLine):
    """Completes to the program's own words, and does nothing."""

    def complete(self, words: Sequence[str], incomplete: str) -> list[str]:
        return (
            [] if words else sorted(it for it in COMMANDS if it.startswith(incomplete))
        )


class PosingConsole(Console):
    """Its messages stay, and a machine that never was answers for this one."""

    NOTIFICATION_TIMEOUT = FOR_EVER

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.questions = PreparedDesk(stage.opened, machine.ANSWERS)
        self.observer = machine.Observer()
        self.animation_level = "none"


def console(config: Path, look: Look) -> Console:
    """The console in front of a project of the gallery."""
    return PosingConsole(
        Stage(
            opened=lambda: gallery.opened(config),
            clock=FakeClock(story.NOW * 1000),
            user="anna",
            project="farm",
            host="mac-mini",
            preferences=Preferences(theme=look.theme),
            memory=config.parent / "console.json",
            command_line=KnownCommands(),
            colour=look.colour,
            ascii=look.ascii,
        )
    )


def posing(pose: Pose) -> Callable[[Pilot[str]], Awaitable[None]]:
    """What the console does before its picture is taken, ending at rest."""

    async def strike(pilot: Pilot[str]) -> None:
        app = pilot.app
        assert isinstance(app, Console)
        operator = Operator(app, pilot)
        await operator.waits(lambda: app.snapshot is not None, "the first look")
        await pilot.pause()
        await pose(operator)
        for box in app.screen.query(Input):
            box.cursor_blink = False
        await operator.waits(lambda: _rests(app), "the console to rest")

    return strike


def _rests(app: Console) -> bool:
    """Whether nothing is asked any more. Logs are followed, dialogs stay open."""
    return all(
        worker.is_finished
        for worker in app.workers
        if worker.group != "dialog" and not isinstance(worker.node, LogView)
    )
