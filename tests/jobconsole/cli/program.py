"""Call commands inside the test's process, in surroundings of the test's making."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING, NamedTuple, TextIO

from jobconsole.cli import main, tick
from jobconsole.cli.session import Session
from jobconsole.wiring import Surroundings, Terminal

if TYPE_CHECKING:
    from pathlib import Path

PIPE = Terminal()
TERMINAL = Terminal(interactive=True, colour=True)


class Called(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> object:
        return json.loads(self.out)


def call(folder: Path, *words: str, terminal: Terminal = PIPE) -> Called:
    """The command in a project's folder; `--tick` may be among the words."""
    program = tick.call if "--tick" in words else main.call
    here = surroundings(folder, terminal)
    code = program(Session(here), list(words))
    return Called(int(code), text_of(here.stdout), text_of(here.stderr))


def surroundings(folder: Path, terminal: Terminal = PIPE) -> Surroundings:
    """A project's folder, streams that are kept, and no environment to speak of."""
    return Surroundings(
        environment={"PATH": os.defpath, "HOME": str(folder), "API_TOKEN": "hunter2"},
        cwd=folder,
        home=folder / "home",
        stdout=io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True),
        stderr=io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True),
        out=terminal,
        err=terminal,
    )


def text_of(stream: TextIO) -> str:
    """What was written to one of those streams."""
    stream.buffer.seek(0)
    return stream.buffer.read().decode()
