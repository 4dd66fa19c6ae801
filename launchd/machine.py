"""The machine and the user that something is installed for, and asking its commands."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import LaunchError
from runner.process.brief import Brief, Patience, run_briefly
from runner.process.clock import Clock, SystemClock
from runner.store.folders import write_durably

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE_MS = 30_000
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


def write_definition(path: Path, text: str) -> None:
    """Whole or not at all. Readable for all, as drivers want it; it holds no secret."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, text.encode())
    path.chmod(0o644)
