"""What the console is given by whoever opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from jobconsole.preferences import Preferences
    from jobconsole.standing import Standing
    from runner.api import Project
    from runner.process.clock import Clock


class Called(NamedTuple):
    """What a command said, and how it ended."""

    code: int
    text: str


class CommandLine(Protocol):
    """The commands of the program, as if they were typed in a shell."""

    def call(self, words: Sequence[str]) -> Called:
        """Run a command to its end. Blocks."""
        ...

    def acts(self, words: Sequence[str]) -> bool:
        """Whether the command changes something."""
        ...

    def complete(self, words: Sequence[str], incomplete: str) -> list[str]:
        """How the last word may go on. Blocks."""
        ...


class Stage(NamedTuple):
    """One project, the person in front of it, and the terminal between them.

    `opened` opens the project for the thread that calls it. `pager` and
    `editor` are the programs that the person uses, as words of a command. `standing`
    asks the machine's drivers what calls the project; None: nobody is asked.
    """

    opened: Callable[[], AbstractContextManager[Project]]
    clock: Clock
    user: str
    project: str
    host: str
    preferences: Preferences
    memory: Path
    command_line: CommandLine
    standing: Callable[[Project], Standing] | None = None
    pager: Sequence[str] = ("less",)
    editor: Sequence[str] = ("vi",)
    read_only: bool = False
    colour: bool = True
    ascii: bool = False
