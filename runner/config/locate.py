"""Where a project's configuration and its state are.

A tick with nothing to do loads this module: it imports next to nothing.
"""

from __future__ import annotations

import os
import re

from runner.model.errors import ConfigInvalidError, ConfigNotFoundError

TYPE_CHECKING = False  # importing typing would cost more than the rest
if TYPE_CHECKING:
    from pathlib import Path

CONFIG_NAME = "teleclaude.yml"
USER_FOLDER = ".teleclaude"
STATE_DIR = ".jobconsole"
MOST_BYTES = 16 * 1024 * 1024

_MENTION = re.compile(rb"^[^#\n]*\bstate_dir\b", re.MULTILINE)
_STATE_DIR_LINE = re.compile(
    rb"""^state_dir[ ]*:[ ]+(?P<quote>["']?)"""
    # Possessive, so that a long line which does not match costs no more than one that does.
    rb"""(?P<value>[\w./~][^\n\r"'\\#: ]*+(?:[ ]++[^\n\r"'\\#: ]++)*+)(?P=quote)"""
    rb"""(?:[ ]++\#[^\n]*|[ ]*+)\r?$""",
    re.MULTILINE,
)


def find_config(
    explicit: str | None, from_environment: str | None, cwd: Path, home: Path
) -> Path:
    """The project's file; a folder that is named stands for the one in it.

    In order: `--config`, `JOBCONSOLE_CONFIG`, the nearest one upward from `cwd`, the
    user's own. Raises ConfigNotFoundError, ConfigInvalidError.
    """
    for origin, named in (
        ("--config", explicit),
        ("JOBCONSOLE_CONFIG", from_environment),
    ):
        if named:
            return _named(cwd / expand_home(named, home), origin)
    for folder in (cwd, *cwd.parents, home / USER_FOLDER):
        # Path.is_file() raises for a folder that may not be searched.
        if os.path.isfile(folder / CONFIG_NAME):  # noqa: PTH113
            return _as_text(folder / CONFIG_NAME)
    message = f"no {CONFIG_NAME} in {cwd}, above it, or in {home / USER_FOLDER}"
    raise ConfigNotFoundError(message, hint="make one with `jobconsole init`")


def _named(path: Path, origin: str) -> Path:
    if os.path.isdir(path):  # noqa: PTH112 - as above
        path /= CONFIG_NAME
    if not os.path.exists(path):  # noqa: PTH110 - as above
        message = f"{path} does not exist"
        raise ConfigNotFoundError(message, hint=f"check {origin}")
    return _as_text(path)


def _as_text(path: Path) -> Path:
    """Raises ConfigInvalidError for a path that can be told to nobody."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        message = f"the path {os.fsencode(path)!r} is no UTF-8"
        raise ConfigInvalidError(message, hint="rename the folder") from error
    return path


def expand_home(path: str, home: Path) -> str:
    """`~` and `~/x` below `home`; every other path as it is."""
    if path == "~" or path.startswith("~/"):
        return f"{home}{path[1:]}"
    return path


def state_dir_of(config_path: Path, home: Path) -> Path:
    """Where the project's state is, without loading its configuration.

    Where nothing can be read, it is the usual place.
    """
    try:
        with open(config_path, "rb", opener=open_at_once) as file:
            content = file.read(MOST_BYTES)
    except OSError:
        content = b""
    named = _named_state_dir(content) if b"state_dir" in content else None
    return config_path.parent / expand_home(named or STATE_DIR, home)


def open_at_once(path: str, flags: int) -> int:
    """Opening a named pipe would wait for a writer."""
    return os.open(path, flags | os.O_NONBLOCK)


def _named_state_dir(content: bytes) -> str | None:
    """The value of the top-level key, if there is one.

    Almost every file has it on a line of its own, which needs no parser; and a broken
    file has no more than that.
    """
    line = _STATE_DIR_LINE.search(content)
    mentions = len(_MENTION.findall(content))
    if mentions > (1 if line else 0):
        from runner.config.yaml_source import UnreadableError
        from runner.config.yaml_tree import read_top_level_text

        try:
            return read_top_level_text(content, "state_dir")
        except UnreadableError:
            pass
    return line["value"].decode(errors="surrogateescape") if line else None
