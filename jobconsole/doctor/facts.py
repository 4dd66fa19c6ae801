"""What is asked of a context, and what was seen there: the words of the probe.

They travel as JSON between two processes. No value that could be a secret is among them.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Purpose(StrEnum):
    """As what jobs use a program."""

    AGENT = "agent"
    INTERPRETER = "interpreter"
    SCRIPT = "script"
    COMMAND = "command"
    SHELL_WORD = "shell word"  # the first word of a line for the shell
    MCP_SERVER = "MCP server"


TELLING = frozenset({Purpose.AGENT, Purpose.INTERPRETER})
"""Those that are asked for their version."""


class Wanted(msgspec.Struct, frozen=True):
    """A program that jobs start.

    `name` is a whole path, or to be found on `path`, which is the PATH of these jobs.
    """

    purpose: Purpose
    name: str
    path: str
    jobs: tuple[str, ...]


class LoginWanted(msgspec.Struct, frozen=True):
    """Where an agent's login may be, for the jobs that see it there.

    `files` hold it; `account` is a file that mentions one under the key `mention`.
    `keychain` is the name of an item of macOS. `keys` are the names of variables that
    the jobs get; `unpassed` of those that they do not get, though this shell, the base
    environment or the `env_file` has them.
    """

    agent: str
    jobs: tuple[str, ...]
    files: tuple[str, ...] = ()
    account: str = ""
    mention: str = ""
    keychain: str = ""
    keys: tuple[str, ...] = ()
    unpassed: tuple[str, ...] = ()


class PlaceKind(StrEnum):
    """What a file or folder is to us."""

    CONFIG = "configuration"
    PROJECT = "project"
    STATE = "state directory"
    BASE = "base environment"
    HOME = "home"
    TEMP = "temporary folder"
    ENV_FILE = "env_file"


class PlaceWanted(msgspec.Struct, frozen=True):
    """A file that is read, or a folder that is read and may be `written` to."""

    kind: PlaceKind
    path: str
    written: bool = False


class Questions(msgspec.Struct, frozen=True):
    """What to look at. `base` is the part of the base environment that every job gets.

    `versions`: whether programs are to be asked for theirs, which takes time.
    """

    base: dict[str, str] = {}
    programs: tuple[Wanted, ...] = ()
    logins: tuple[LoginWanted, ...] = ()
    places: tuple[PlaceWanted, ...] = ()
    versions: bool = True


class Answer(StrEnum):
    """What came of asking a program for its version."""

    UNASKED = "unasked"
    TOLD = "told"
    MUTE = "mute"  # it ended well and told none
    FAILED = "failed"
    HUNG = "hung"
    UNSTARTABLE = "unstartable"


class Program(msgspec.Struct, frozen=True):
    """What was seen of one that is wanted.

    `found` by the PATH of its jobs, `outside` by that of the process that looked; `real`
    and `real_outside` are the same, links followed. `denied`: there is such a file, and
    why it cannot be executed. `said` is the last line of one that failed.
    """

    wanted: Wanted
    found: str = ""
    real: str = ""
    outside: str = ""
    real_outside: str = ""
    denied: str = ""
    answer: Answer = Answer.UNASKED
    version: str = ""
    said: str = ""


class LoginFile(msgspec.Struct, frozen=True):
    """A file that holds a login. `error`: why it cannot be read, if it is there."""

    path: str
    mode: int
    written_ms: int
    error: str = ""


class Login(msgspec.Struct, frozen=True):
    """What can be seen of a login without touching it.

    `keychain` None: not asked. `account`: whether one is mentioned.
    """

    wanted: LoginWanted
    files: tuple[LoginFile, ...] = ()
    account: bool = False
    keychain: bool | None = None

    @property
    def seen(self) -> bool:
        """Whether it is likely to be of use there."""
        readable = any(not file.error for file in self.files)
        return bool(readable or self.wanted.keys or self.keychain)


class Place(msgspec.Struct, frozen=True):
    """What was seen of a file or folder. None: not asked, or not to be told.

    `error` is why it cannot be read, `write_error` why not be written.
    """

    wanted: PlaceWanted
    exists: bool
    error: str = ""
    write_error: str = ""
    mode: int | None = None
    free_bytes: int | None = None
    free_files: int | None = None
    filesystem: str = ""


UNLIMITED = -1


class Process(msgspec.Struct, frozen=True):
    """Of the process that looked. `limits` are soft ones by name.

    `variables` are those of its own environment that matter to jobs. `zone_known`:
    there is data for its zone. `cgroup`: it may make cgroups; None: there are none.
    """

    version: str
    python: str
    uid: int
    variables: dict[str, str]
    umask: int | None
    limits: dict[str, int]
    zone: str
    zone_known: bool
    cgroup: bool | None


class Machine(msgspec.Struct, frozen=True):
    """Of the machine as it is seen from there. None: it cannot be told.

    `sleeps` says what puts it to sleep, empty where nothing is known to.
    """

    platform: str
    wall_ms: int
    awake_ms: int
    continuous_ms: int
    synchronised: bool | None = None
    battery: bool | None = None
    sleeps: str = ""


class Facts(msgspec.Struct, frozen=True):
    """All that was seen in one context. `failed`: looks that failed, and why."""

    process: Process
    machine: Machine
    programs: tuple[Program, ...] = ()
    logins: tuple[Login, ...] = ()
    places: tuple[Place, ...] = ()
    failed: dict[str, str] = {}
