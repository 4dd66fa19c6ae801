"""The program's own commands: called from inside the console, and told."""

from __future__ import annotations

import io
import shlex
from typing import TYPE_CHECKING

from jobconsole.cli.session import Session
from jobconsole.stage import Called
from jobconsole.wiring import COMPLETION_VARIABLE, Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobconsole.wiring import Surroundings
    from runner.model.orders import Order

FOLLOWING = frozenset({"-f", "--follow"})
"""What would not end by itself: the console has pages that follow."""

LOG_LINES = 1_000
"""Of a log; its own page has all of it."""

DETACHING = frozenset({"run", "replay"})
"""What follows a run unless it is told not to."""


class ClickCommandLine:
    """Implements `stage.CommandLine`: no second copy of any command.

    The commands are imported when one is typed.
    """

    def __init__(self, surroundings: Surroundings, config: str) -> None:
        self._surroundings = surroundings
        self._config = config

    def call(self, words: Sequence[str]) -> Called:
        from jobconsole.cli.main import call

        stream = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
        unicode = self._surroundings.out.unicode
        terminal = Terminal(unicode=unicode, width=self._surroundings.out.width)
        here = self._surroundings._replace(
            stdout=stream, stderr=stream, out=terminal, err=terminal
        )
        code = call(self._session(here), _ending(list(words)))
        return Called(code, stream.buffer.getvalue().decode("utf-8", "replace"))

    def acts(self, words: Sequence[str]) -> bool:
        from jobconsole.cli.main import COMMANDS

        entry = COMMANDS.get(words[0]) if words else None
        return entry is None or entry.acts

    def complete(self, words: Sequence[str], incomplete: str) -> list[str]:
        from click.shell_completion import ShellComplete

        from jobconsole.cli.main import PROGRAM, program

        about = {"obj": self._session(self._surroundings)}
        completer = ShellComplete(program, about, PROGRAM, COMPLETION_VARIABLE)
        found = completer.get_completions(list(words), incomplete)
        return [item.value for item in found if item.type == "plain"]

    def _session(self, surroundings: Surroundings) -> Session:
        session = Session(surroundings)
        session.config = self._config
        return session


def _ending(words: list[str]) -> list[str]:
    """The same words, so that the command ends without the run that it starts."""
    ours = words[: words.index("--")] if "--" in words else words
    rest = words[len(ours) :]
    if ours and ours[0] in DETACHING and "--detach" not in ours:
        ours = [ours[0], "--detach", *ours[1:]]
    if ours[:1] == ["logs"] and "--tail" not in ours:
        ours = ["logs", "--tail", str(LOG_LINES), *ours[1:]]
    return [word for word in ours if word not in FOLLOWING] + rest


def line_for(job_id: str, order: Order | None) -> str:
    """The command line that would start the job, as somebody ordered it last."""
    parts = ["jobconsole", "run", job_id]
    if order is not None and order.role is not None:
        parts += ["--role", order.role]
    if order is not None and order.timeout is not None:
        parts += ["--timeout", str(order.timeout)]
    for name, value in order.params if order is not None else ():
        parts += ["--param", f"{name}={value}"]
    if order is not None and order.args is not None:
        parts += ["--", *order.args]
    return shlex.join(parts)
