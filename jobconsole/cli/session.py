"""What every command is given: the surroundings, both streams, the project."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Literal

from jobconsole.cli.diagnostics import Diagnostics
from jobconsole.cli.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobconsole.wiring import Surroundings
    from runner.api import Project


class Session:
    """One call of the program.

    `config` is the file named by `--config`, if any. `console`: the call asks for it.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.output = Output(surroundings.stdout, surroundings.out)
        self.diagnostics = Diagnostics(surroundings.stderr, surroundings.err)
        self.config: str | None = None
        self.console: Literal["open", "read-only"] | None = None
        self._state: Path | None = None

    def use_ascii(self) -> None:
        """Show marks in ASCII, whatever the terminals can do."""
        for stream in (self.output, self.diagnostics):
            stream.terminal = stream.terminal._replace(unicode=False)

    def wants_console(self, *, read_only: bool) -> None:
        """Keep that this call is to open the console."""
        self.console = "read-only" if read_only else "open"

    def find_config(self) -> Path:
        """Raises ConfigNotFoundError."""
        return self.surroundings.find_config(self.config)

    @contextlib.contextmanager
    def opened(self) -> Iterator[Project]:
        """The project as its index has it."""
        from runner import api

        here = self.surroundings
        config = self.find_config()
        with api.open_at(config, here.environment, here.home) as project:
            self._state = project.state.root
            yield project

    @contextlib.contextmanager
    def project(self) -> Iterator[Project]:
        """The project, an edit of its configuration included.

        Says so where a broken edit keeps the last good configuration in force.
        """
        from runner import api

        with self.opened() as project:
            api.refresh(project)
            for message in api.broken_configuration(project):
                self.diagnostics.warn(message)
            yield project

    def reports_folder(self) -> Path:
        """Where a bug is reported: with the project's state once that is known."""
        if self._state is not None and self._state.is_dir():
            return self._state
        import tempfile
        from pathlib import Path

        return Path(tempfile.gettempdir())
