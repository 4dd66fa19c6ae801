"""Opens the console, once everything that could be in its way has been looked at."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from jobconsole.cli.diagnostics import ExitCode
from jobconsole.wiring import machine, own_files
from runner import api

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from jobconsole.cli.session import Session
    from jobconsole.standing import Standing
    from launchd.machine import Machine
    from runner.model.snapshot import Snapshot


def open_console(session: Session, *, read_only: bool) -> int:
    """The console's exit code. Raises what keeps it from opening."""
    here = session.surroundings
    if not here.can_show_screens():
        session.diagnostics.complain(
            "the console needs a terminal that can show it",
            "Without one: `jobconsole list`, `jobconsole history`, `jobconsole --help`.",
        )
        return ExitCode.USAGE
    config = session.find_config()
    with session.project() as project:
        # What is wrong with the project is said before the screen is taken.
        first = api.watch(project).look()
    ended = _shown(session, config, first, read_only=read_only)
    if ended:
        session.diagnostics.complain(ended)
        return ExitCode.CONFIGURATION
    return ExitCode.FINE


def _shown(
    session: Session, config: Path, first: Snapshot | None, *, read_only: bool
) -> str | None:
    """Why the console ended, where that was not the person's wish."""
    import sys

    from jobconsole.app import Console
    from jobconsole.command_line import ClickCommandLine
    from jobconsole.leaving import leave_when_told
    from jobconsole.preferences import load_preferences
    from jobconsole.stage import Stage
    from runner.process.clock import SystemClock

    here, files = session.surroundings, own_files()
    preferences = load_preferences(files.preferences)

    def opened() -> AbstractContextManager[api.Project]:
        return api.open_at(config, here.environment, here.home)

    host = machine(here)
    stage = Stage(
        opened=opened,
        clock=SystemClock(),
        user=here.user(),
        project=config.parent.name or str(config.parent),
        host=here.host(),
        preferences=preferences,
        memory=files.memory,
        command_line=ClickCommandLine(here, str(config)),
        standing=lambda project: _standing(project, host),
        pager=_program(here.environment, "PAGER", otherwise="less"),
        editor=_program(here.environment, "VISUAL", "EDITOR", otherwise="vi"),
        read_only=read_only,
        colour=here.out.colour,
        ascii=preferences.ascii or not session.output.terminal.unicode,
    )
    # Keys are to be answered while another thread reads a log that grows.
    sys.setswitchinterval(0.0005)
    console = Console(stage, first)
    leave_when_told(console.leave)
    ended = console.run()
    if console.bug is not None:
        raise console.bug
    return ended


def _standing(project: api.Project, host: Machine) -> Standing:
    """Imported when it is first asked: the first rows can do without."""
    from jobconsole.standing import standing

    return standing(project, host)


def _program(environment: Mapping[str, str], *names: str, otherwise: str) -> list[str]:
    """The words of the first of these variables that says something."""
    for name in names:
        text = environment.get(name, "").strip()
        if text:
            try:
                return shlex.split(text)
            except ValueError:  # an odd quote: it is one word then
                return [text]
    return [otherwise]
