"""The only place that starts a process: a run's child, a detached worker, a pager.

Always by executing a program, never by a bare fork; all but the pager in a session of
their own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import LaunchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


_OURS = {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ}
"""Python itself ignores the last two; a child gets them back when it is started."""

_UMASK = 0o022
"""Of those that are asked something: what they write is for others to read."""


class Launch(NamedTuple):
    """Everything that a child starts from; nothing else is inherited."""

    argv: Sequence[str]
    cwd: Path
    environment: Mapping[str, str]
    stdin: int
    stdout: int
    stderr: int
    umask: int


def spawn_child(launch: Launch) -> int:
    """Start a run's child as leader of its own session and return its pid.

    Whoever calls owns waiting for it.
    """
    try:
        process = subprocess.Popen(
            launch.argv,
            cwd=launch.cwd,
            env=launch.environment,
            stdin=launch.stdin,
            stdout=launch.stdout,
            stderr=launch.stderr,
            umask=launch.umask,
            start_new_session=True,
            close_fds=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        message = f"cannot start {launch.argv[0]}: {reason}"
        raise LaunchError(
            message, hint="Check that the program exists and may be executed."
        ) from error
    return _disown(process)


class Overheard(NamedTuple):
    """A child, and our end of the pipe that it writes both its outputs to."""

    pid: int
    output: int


def spawn_overheard(
    argv: Sequence[str], cwd: Path, environment: Mapping[str, str]
) -> Overheard:
    """Start a child that is only listened to. Whoever calls closes and waits.

    Reading does not block. Raises LaunchError.
    """
    output, theirs = os.pipe()
    nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    launch = Launch(argv, cwd, environment, nothing, theirs, theirs, _UMASK)
    return Overheard(_spawn_beside(launch, [output]), output)


class Spoken(NamedTuple):
    """A child, and our ends of the pipes to and from it."""

    pid: int
    stdin: int
    stdout: int
    stderr: int


def spawn_spoken(
    argv: Sequence[str], cwd: Path, environment: Mapping[str, str]
) -> Spoken:
    """Start a child that is talked to. Whoever calls closes and waits.

    Neither reading nor writing blocks. Raises LaunchError.
    """
    their_input, stdin = os.pipe()
    stdout, their_output = os.pipe()
    stderr, their_errors = os.pipe()
    launch = Launch(
        argv, cwd, environment, their_input, their_output, their_errors, _UMASK
    )
    return Spoken(_spawn_beside(launch, [stdin, stdout, stderr]), stdin, stdout, stderr)


def _spawn_beside(launch: Launch, ours: Sequence[int]) -> int:
    """Start a child at the other ends of our pipes; its ends are closed here.

    Where it cannot start, ours are closed too.
    """
    for descriptor in ours:
        os.set_blocking(descriptor, False)
    try:
        return spawn_child(launch)
    except LaunchError:
        for descriptor in ours:
            os.close(descriptor)
        raise
    finally:
        for descriptor in {launch.stdin, launch.stdout, launch.stderr}:
            os.close(descriptor)


class Detached(NamedTuple):
    """A process of ours that was sent off. `ready` becomes readable at its word."""

    pid: int
    ready: int


def spawn_detached(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path
) -> Detached:
    """Start `python -P -m module` in a session of its own.

    Nothing is inherited but the writing end of a pipe, whose number is its last
    argument.
    """
    ready, word = os.pipe()
    command = (sys.executable, "-P", "-m", module, *arguments, str(word))
    errors = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=(word,),
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(word)
        os.close(errors)
    return Detached(_disown(process), ready)


def reap(pids: set[int]) -> None:
    """Read the statuses of those that have ended, and forget them.

    For one who stays: until then each keeps its place among the processes. Call it
    with pids of which nobody else reads the status.
    """
    for pid in list(pids):
        try:
            ended = os.waitpid(pid, os.WNOHANG)[0]
        except ChildProcessError:
            ended = pid
        if ended:
            pids.discard(pid)


def run_in_terminal(argv: Sequence[str]) -> None:
    """Lend the terminal to a pager or an editor until it ends."""
    try:
        subprocess.run(argv, check=False)
    except OSError as error:
        message = f"cannot start {argv[0]}: {error.strerror}"
        raise LaunchError(message, hint="Set $PAGER or $EDITOR.") from error


def shed_inherited_signals() -> None:
    """Undo what a starter ignored or blocked: jobs must not feel who started them."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in signal.valid_signals() - _OURS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def _disown(process: subprocess.Popen[bytes]) -> int:
    """Keep Popen from ever waiting for this pid: a status has one reader only."""
    process.returncode = 0
    return process.pid
