"""Owns standard error and the exit codes: the one edge where failures end."""

from __future__ import annotations

import contextlib
from enum import IntEnum
from typing import TYPE_CHECKING, TextIO

from jobconsole.cli.output import GONE, SCHEMA, abandon
from runner.model.errors import Code, JobconsoleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from jobconsole.cli.session import Session
    from jobconsole.wiring import Terminal


class ExitCode(IntEnum):
    """What scripts may depend on."""

    FINE = 0
    FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    NOT_FOUND = 4
    DENIED = 5
    REFUSED = 6
    BUG = 70  # the one that nobody should see: EX_SOFTWARE
    INTERRUPTED = 130


EXIT_CODES: dict[Code, ExitCode] = {
    Code.JOB_INVALID_SPEC: ExitCode.CONFIGURATION,
    Code.JOB_TRIGGER_INVALID: ExitCode.CONFIGURATION,
    Code.JOB_TARGET_UNRESOLVED: ExitCode.CONFIGURATION,
    Code.JOB_BINDINGS_INVALID: ExitCode.USAGE,
    Code.CONFIG_NOT_FOUND: ExitCode.CONFIGURATION,
    Code.CONFIG_INVALID: ExitCode.CONFIGURATION,
    Code.STATE_UNAVAILABLE: ExitCode.CONFIGURATION,
    Code.BOARD_INVALID: ExitCode.CONFIGURATION,
    Code.AGENT_UNAVAILABLE: ExitCode.CONFIGURATION,
    Code.DRIVER_UNAVAILABLE: ExitCode.CONFIGURATION,
    Code.DRIVER_UNFIT: ExitCode.USAGE,
    Code.IMPORT_INVALID: ExitCode.CONFIGURATION,
    Code.JOB_NOT_FOUND: ExitCode.NOT_FOUND,
    Code.TASK_NOT_FOUND: ExitCode.NOT_FOUND,
    Code.JOB_POLICY_DENIED: ExitCode.DENIED,
    Code.AGENT_BUDGET_EXCEEDED: ExitCode.DENIED,
    Code.JOB_OVERLAP: ExitCode.REFUSED,
    Code.LOCK_HELD: ExitCode.REFUSED,
    Code.LEASE_LOST: ExitCode.REFUSED,
}
"""All other codes say that a job failed."""


class Diagnostics:
    """Standard error."""

    def __init__(self, stream: TextIO, terminal: Terminal) -> None:
        self.terminal = terminal
        self._stream = stream

    def say(self, message: str) -> None:
        """Something worth knowing; it may quote foreign text."""
        from runner.model.text import sanitise

        self._write(sanitise(message))

    def warn(self, message: str) -> None:
        self.say(f"warning: {message}")

    def complain(self, message: str, hint: str = "") -> None:
        """Why the command does not do what it was asked to do."""
        self.say(f"error: {message}")
        if hint:
            self.say(f"hint: {hint}")

    def status(self, mark: str, message: str) -> None:
        """A message behind a mark of ours, which may be coloured."""
        from runner.model.text import sanitise

        self._write(f"{mark} {sanitise(message)}")

    def raw(self, data: bytes) -> None:
        """Bytes as they are: for pipes and files."""
        with self._unless_gone():
            self._stream.flush()
            self._stream.buffer.write(data)
            self._stream.buffer.flush()

    def abandon(self) -> None:
        """Nobody reads any more."""
        abandon(self._stream)

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding
        with self._unless_gone():
            text = text.encode(encoding, "replace").decode(encoding)
            self._stream.write(text + "\n")
            self._stream.flush()

    @contextlib.contextmanager
    def _unless_gone(self) -> Iterator[None]:
        """There is nobody to tell that nobody listens."""
        try:
            yield
        except OSError as error:
            if error.errno not in GONE:
                raise
            self.abandon()


def guarded(
    session: Session, words: Sequence[str], operation: Callable[[], int]
) -> int:
    """Run an operation; every way in which it can fail becomes an exit code."""
    code: int = ExitCode.FINE
    try:
        code = _attempt(session, words, operation)
        session.output.flush()
    except BrokenPipeError:
        session.output.abandon()
    return code


def _attempt(
    session: Session, words: Sequence[str], operation: Callable[[], int]
) -> int:
    try:
        return operation()
    except JobconsoleError as error:
        return _foreseen(session, words, error)
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        session.diagnostics.complain(f"{error.strerror or error}{where}")
        session.output.abandon()
        return ExitCode.FAILED
    except Exception as error:  # noqa: BLE001  the edge: nobody sees a traceback
        return _unforeseen(session, words, error)


def exit_code(error: JobconsoleError) -> ExitCode:
    return EXIT_CODES.get(error.code, ExitCode.FAILED)


def wants_json(words: Sequence[str]) -> bool:
    """Whether the data on standard output is meant for a program."""
    ours = words[: words.index("--")] if "--" in words else words
    return "--json" in ours


def _foreseen(session: Session, words: Sequence[str], error: JobconsoleError) -> int:
    session.diagnostics.complain(error.message, error.hint)
    if wants_json(words):
        session.output.json({"schema": SCHEMA, "error": error.envelope()})
    return exit_code(error)


def _unforeseen(session: Session, words: Sequence[str], error: Exception) -> int:
    report = _write_report(session.reports_folder(), words, error)
    session.diagnostics.complain(
        f"this is a bug in jobconsole: {type(error).__name__}: {error}",
        f"Its details are in {report}; please send them with a bug report.",
    )
    return ExitCode.BUG


def _write_report(folder: Path, words: Sequence[str], error: Exception) -> Path:
    """Keep what is known of a bug in a private file."""
    import os
    import platform
    import tempfile
    import traceback
    from pathlib import Path

    from runner import __version__

    lines = [
        f"jobconsole {__version__}, Python {platform.python_version()}",
        platform.platform(),
        f"arguments: {list(words)}",
        "",
        *traceback.format_exception(error),
    ]
    descriptor, name = tempfile.mkstemp(".txt", "bug-", folder)
    os.close(descriptor)
    path = Path(name)
    path.write_text("\n".join(lines), "utf-8", errors="replace")
    return path
