"""The machine and the user that something is installed for, and asking its commands."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import DriverRefusedError, LaunchError
from runner.process.brief import Brief, Patience, run_briefly
from runner.process.clock import Clock, SystemClock
from runner.store.folders import write_durably

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from launchd.service import PlannedFile

PATIENCE_MS = 30_000
WAIT_MS = 10_000
_LOOK_MS = 10
_MOST_BYTES = 262_144
_NOT_FOUND = 127


class Machine(NamedTuple):
    """For whom and where. `environment` is that of the commands that are asked."""

    home: Path
    uid: int
    user: str
    environment: Mapping[str, str]
    clock: Clock = SystemClock()

    def has(self, command: str) -> bool:
        return self.which(command) is not None

    def which(self, command: str) -> str | None:
        return shutil.which(command, path=self.environment.get("PATH"))

    def ask(self, *argv: str, extra: Mapping[str, str] | None = None) -> Brief:
        """Run a command of the driver to its end.

        One that is not there ends with 127, as in a shell.
        """
        program = self.which(argv[0])
        if program is None:
            return Brief(_NOT_FOUND, f"{argv[0]}: not found", timed_out=False)
        try:
            return run_briefly(
                (program, *argv[1:]),
                cwd=Path("/"),
                environment={**self.environment, **(extra or {})},
                within=Patience(PATIENCE_MS),
                most_bytes=_MOST_BYTES,
            )
        except LaunchError as error:
            return Brief(_NOT_FOUND, error.message, timed_out=False)

    @contextlib.contextmanager
    def alone(self, folder: Path) -> Iterator[None]:
        """Keep others who ask the same of this folder waiting, for the time of ours.

        The folder itself is locked, as nothing is to be left behind. One that cannot be,
        or that somebody keeps locked, is no reason to do nothing.
        """
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            yield
            return
        deadline = self.clock.awake_ms() + WAIT_MS
        try:
            while not _locked(descriptor) and self.clock.awake_ms() < deadline:
                self.clock.sleep(_LOOK_MS)
            yield
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def changing(self, path: Path) -> Iterator[None]:
        """What the system refuses in there is raised as DriverRefusedError."""
        try:
            yield
        except OSError as error:
            folder = shlex.quote(str(path.parent))
            message = f"{path} cannot be changed: {error.strerror}"
            hint = (
                f"See that there is room, and that {folder} is yours to write: some"
                f" installers leave it to root. `sudo chown {self.user} {folder}` has it"
                " back."
            )
            raise DriverRefusedError(message, hint=hint) from error

    def demand_change(self, path: Path) -> None:
        """Raise DriverRefusedError where a file cannot be put there, or taken away."""
        with self.changing(path):
            if not os.access(path.parent, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def write_definitions(machine: Machine, files: Sequence[PlannedFile]) -> None:
    """All of them, or none. Raises DriverRefusedError."""
    before = [(file.path, read_definition(file.path)) for file in files]
    for number, file in enumerate(files):
        try:
            with machine.changing(file.path):
                write_definition(file.path, file.text)
        except DriverRefusedError:
            for path, text in before[:number]:
                _put_back(path, text)
            raise


def write_definition(path: Path, text: str) -> None:
    """Whole or not at all. Readable for all, as drivers want it; it holds no secret."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, text.encode())
    path.chmod(0o644)


def read_definition(path: Path) -> str | None:
    """None where there is none that can be read."""
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None


def _put_back(path: Path, text: str | None) -> None:
    with contextlib.suppress(OSError):
        if text is None:
            path.unlink()
        else:
            write_definition(path, text)


def _locked(descriptor: int) -> bool:
    """Whether the lock is ours, or is not to be had at all."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
