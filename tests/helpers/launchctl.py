"""A made-up Mac: a folder with a `launchctl` for PATH, and what that one remembers."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from launchd.machine import Machine
from runner.process.brief import Brief
from tests.fakes import launchctl
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.fakes.launchctl import Answer, State

UID = 501
GUI, USER = f"gui/{UID}", f"user/{UID}"
STATE = "launchctl.json"
_AUTUMN_MS = 1_795_000_000_000


class Answered(Machine):
    """Calls the stand-in without starting a process: most tests call it often."""

    def ask(self, *argv: str, extra: Mapping[str, str] | None = None) -> Brief:  # noqa: ARG002
        if argv[0] != "launchctl":
            return Brief(127, f"{argv[0]}: not found", timed_out=False)
        state = Path(self.environment["PATH"]).with_name(STATE)
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = launchctl.main(str(state), *argv[1:])
        return Brief(code, said.getvalue(), timed_out=False)


class Mac:
    """`bin` goes onto PATH; `machine` has it there already, and a clock of its own."""

    def __init__(self, root: Path) -> None:
        self.bin, self.home = root / "bin", root / "home"
        self._state = root / STATE
        self.clock = FakeClock(_AUTUMN_MS)
        self.bin.mkdir(parents=True)
        self.home.mkdir()
        self._write(
            {
                "domains": [GUI, USER],
                "loaded": {},
                "draining": {},
                "overrides": {},
                "drain": 0,
                "old_words": False,
                "newest": False,
                "answers": [],
                "calls": [],
            }
        )
        words = [sys.executable, "-IS", launchctl.__file__, str(self._state)]
        program = self.bin / "launchctl"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        program.chmod(0o755)

    @property
    def machine(self) -> Machine:
        return self.machine_of(UID)

    def machine_of(self, uid: int) -> Machine:
        environment = {"PATH": str(self.bin)}
        return Answered(self.home, uid, "anna", environment, self.clock)

    @property
    def machine_with_commands(self) -> Machine:
        """One that really starts them."""
        return Machine(*self.machine)

    @property
    def agents(self) -> Path:
        return self.home / "Library" / "LaunchAgents"

    @property
    def state(self) -> State:
        state: State = json.loads(self._state.read_text())
        return state

    def calls(self, *subcommands: str) -> list[str]:
        """What was asked of it, as lines; only of these subcommands if any are named."""
        calls = self.state["calls"]
        return [
            " ".join(words)
            for words in calls
            if words[0] in subcommands or not subcommands
        ]

    def answer(
        self, subcommand: str, code: int, times: int = 1, *, does: bool = False
    ) -> None:
        """It answers so the next times, whether or not it does what it was told."""
        answer: Answer = {
            "subcommand": subcommand,
            "code": code,
            "times": times,
            "does": does,
        }
        with self.changed() as state:
            state["answers"].append(answer)

    def log_out(self) -> None:
        """Nobody is at the screen: only those who came over ssh are there."""
        with self.changed() as state:
            state["domains"].remove(GUI)
            loaded = state["loaded"].items()
            state["loaded"] = {at: it for at, it in loaded if not at.startswith(GUI)}

    def log_in(self) -> None:
        """Without loading what lies in LaunchAgents."""
        with self.changed() as state:
            state["domains"].insert(0, GUI)

    def override(self, label: str, word: str) -> None:
        with self.changed() as state:
            state["overrides"][label] = word

    def forget_calls(self) -> None:
        with self.changed() as state:
            state["calls"] = []

    @contextlib.contextmanager
    def changed(self) -> Iterator[State]:
        """What it remembers, to be made otherwise."""
        state = self.state
        yield state
        self._write(state)

    def _write(self, state: State) -> None:
        self._state.write_text(json.dumps(state))
