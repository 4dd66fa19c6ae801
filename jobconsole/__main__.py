"""Decides what is started: a tick, which must cost next to nothing, or all the rest."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jobconsole.cli.session import Session

TAKE_A_VALUE = frozenset({"--config", "--job", "--every"})


def main() -> int:
    """The exit code of what the arguments ask for."""
    arguments = sys.argv[1:]
    # What starting makes is no garbage; the console turns this back on when it is there.
    gc.disable()
    if wants_tick(arguments):
        tick_and_leave(arguments)
    from jobconsole.cli.session import Session
    from jobconsole.wiring import surroundings

    session = Session(surroundings())
    code = 0
    if not asks_for_the_console(session, arguments):
        from jobconsole.cli.main import call

        code = call(session, arguments)
    if session.console is None:
        return code
    from jobconsole.cli.diagnostics import guarded
    from jobconsole.console import open_console

    read_only = session.console == "read-only"
    return guarded(
        session, arguments, lambda: open_console(session, read_only=read_only)
    )


def asks_for_the_console(session: Session, arguments: list[str]) -> bool:
    """Whether it is all that is asked for, told without loading the commands."""
    from jobconsole.wiring import COMPLETION_VARIABLE

    if session.surroundings.environment.get(COMPLETION_VARIABLE):
        return False
    words = iter(arguments)
    for word in words:
        if word == "--config" and (file := next(words, None)):
            session.config = file
        elif word == "--ascii":
            session.use_ascii()
        elif word != "--read-only":
            return False
    session.wants_console(read_only="--read-only" in arguments)
    return True


def wants_tick(arguments: list[str]) -> bool:
    """Whether `--tick` is among the options before any command."""
    words = iter(arguments)
    for word in words:
        if word == "--tick":
            return True
        if word in TAKE_A_VALUE:
            next(words, None)
        elif not word.startswith("-") or word == "--":
            return False
    return False


def tick_and_leave(arguments: list[str]) -> None:
    """End this process with a tick.

    Collecting garbage, and taking the interpreter apart at the end, cost as much as
    the tick itself: it lives for milliseconds, and whatever it opened is closed.
    """
    import os

    from jobconsole.cli.tick import main as tick

    os._exit(tick(arguments))


if __name__ == "__main__":
    # `python -m` puts the working directory first, where a project may well have a
    # `runner/` of its own; with -P it is not there.
    if not sys.flags.safe_path:
        del sys.path[0]
    sys.exit(main())
