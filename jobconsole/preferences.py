"""How the console looks and which keys it obeys: what a person wrote, and chose.

The file of preferences (TOML) belongs to the person and is only read:

    theme = "dark"        # dark, light, safe-dark or safe-light
    ascii = false
    [keys]                # by the names that the help shows
    "job.run" = "ctrl+r"  # several keys: "ctrl+r,f5"

A theme chosen in the console is kept in a file of its own and wins.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from runner.model.errors import ConfigInvalidError

if TYPE_CHECKING:
    from pathlib import Path

THEMES = ("dark", "light", "safe-dark", "safe-light")
"""The safe ones tell states apart for eyes that confuse red and green."""


class Preferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was written or chosen; None where nothing was."""

    theme: str | None = None
    ascii: bool = False
    keys: dict[str, str] = {}


class Memory(msgspec.Struct, frozen=True):
    """What the console keeps for the next time."""

    theme: str | None = None


def load_preferences(path: Path) -> Preferences:
    """Raises ConfigInvalidError that names the file and the key."""
    try:
        preferences = msgspec.toml.decode(path.read_bytes(), type=Preferences)
    except FileNotFoundError:
        return Preferences()
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        message = f"{path}: {error}"
        raise ConfigInvalidError(
            message, hint="Correct or remove this file."
        ) from error
    if preferences.theme is not None and preferences.theme not in THEMES:
        message = f"{path}: theme: there is no theme {preferences.theme!r}"
        raise ConfigInvalidError(message, hint=f"Choose one of: {', '.join(THEMES)}.")
    return preferences


def load_memory(path: Path) -> Memory:
    """What cannot be read any more is forgotten."""
    try:
        memory = msgspec.json.decode(path.read_bytes(), type=Memory)
    except (OSError, msgspec.DecodeError):
        return Memory()
    return memory if memory.theme in THEMES else Memory()


def keep_memory(path: Path, memory: Memory) -> None:
    """A console that cannot remember works all the same."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(memory) + b"\n")
