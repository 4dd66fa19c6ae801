"""What surrounds this process: environment, folders, user, terminals.

Nothing else in the program asks for these; it is handed them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchd.machine import Machine

CONFIG_VARIABLE = "JOBCONSOLE_CONFIG"
COMPLETION_VARIABLE = "_JOBCONSOLE_COMPLETE"

HIGHEST_STANDARD = 2
"""Standard error: the last of the three descriptors that every process has."""

DEFAULT_WIDTH = 80
LEAST_WIDTH = 40


class Terminal(NamedTuple):
    """What a stream can show. `width` is in columns."""

    interactive: bool = False
    colour: bool = False
    unicode: bool = True
    width: int = DEFAULT_WIDTH


class Surroundings(NamedTuple):
    """The facts that commands start from."""

    environment: Mapping[str, str]
    cwd: Path
    home: Path
    stdout: TextIO
    stderr: TextIO
    out: Terminal
    err: Terminal

    def find_config(self, explicit: str | None) -> Path:
        """The configuration file to use. Raises ConfigNotFoundError."""
        from runner import api

        named = self.environment.get(CONFIG_VARIABLE)
        return api.find_config(explicit, named, self.cwd, self.home)

    def user(self) -> str:
        """The OS user. Never what the environment says it is: anybody can set that."""
        import pwd

        uid = os.getuid()
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)

    def host(self) -> str:
        """The machine's name, without its domain."""
        return os.uname().nodename.partition(".")[0]

    def can_show_screens(self) -> bool:
        """Whether a full-screen program can be drawn here and be typed to."""
        asked = sys.stdin is not None and sys.stdin.isatty()
        dumb = self.environment.get("TERM", "dumb") in {"dumb", "unknown", ""}
        return asked and self.out.interactive and self.err.interactive and not dumb


def machine(here: Surroundings) -> Machine:
    """This machine and user, for whom drivers are installed."""
    from launchd.machine import Machine

    return Machine(here.home, os.getuid(), here.user(), here.environment)


class OwnFiles(NamedTuple):
    """What a person wrote about the console, and what the console keeps by itself.

    Neither need exist.
    """

    preferences: Path
    memory: Path


def own_files() -> OwnFiles:
    """Where this user's files are, by the platform's custom."""
    from platformdirs import PlatformDirs

    folders = PlatformDirs("jobconsole", appauthor=False)
    return OwnFiles(
        preferences=folders.user_config_path / "console.toml",
        memory=folders.user_state_path / "console.json",
    )


def surroundings() -> Surroundings:
    """The facts of this process. Ask for them before opening anything."""
    _occupy_standard_descriptors()
    environment = os.environ
    home = Path(environment.get("HOME") or "~").expanduser()
    stdout, stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    return Surroundings(
        environment=environment,
        cwd=_cwd(home),
        home=home,
        stdout=stdout,
        stderr=stderr,
        out=_terminal(stdout, environment),
        err=_terminal(stderr, environment),
    )


def _occupy_standard_descriptors() -> None:
    """Keep the next files that are opened off 0, 1 and 2, should those be closed.

    What a library or the interpreter prints in distress must not end up in the index.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= HIGHEST_STANDARD:
        pass
    os.close(descriptor)


def _nowhere() -> TextIO:
    """Stands in for a stream that was closed before we were started."""
    return Path(os.devnull).open("w", encoding="utf-8")


def _cwd(otherwise: Path) -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # deleted under our feet
        return otherwise


def _terminal(stream: TextIO, environment: Mapping[str, str]) -> Terminal:
    interactive = stream.isatty()
    dumb = environment.get("TERM") == "dumb"
    return Terminal(
        interactive=interactive,
        colour=interactive and not dumb and not environment.get("NO_COLOR"),
        unicode=_speaks_unicode(stream, environment),
        width=_width(stream, environment),
    )


def _speaks_unicode(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Python writes UTF-8 even in the C locale; who asked for that locale gets ASCII."""
    if stream.encoding.lower().replace("-", "") != "utf8":
        return False
    locale = environment.get("LC_ALL") or environment.get("LANG") or ""
    return locale not in {"C", "POSIX"}


def _width(stream: TextIO, environment: Mapping[str, str]) -> int:
    columns = environment.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return max(int(columns), LEAST_WIDTH)
    try:
        measured = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):  # no terminal, or no descriptor at all
        measured = 0
    return max(measured or DEFAULT_WIDTH, LEAST_WIDTH)
