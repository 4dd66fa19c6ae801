"""What is found in a foreign format, and what it would be as jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.model.errors import ImportInvalidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from runner.model.errors import Json

UNBOUNDED = "1d"
"""The `timeout` of what had no bound where it comes from: far above the usual one."""


class When(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The map of `when`."""

    cron: str | None = None
    every: str | None = None
    at: str | tuple[str, ...] | None = None
    weekdays: tuple[str, ...] = ()
    timezone: str | None = None


class Definition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of `jobs:`, with its keys in the order in which they are written."""

    description: str | None = None
    enabled: bool = True
    script: str | None = None
    command: str | tuple[str, ...] | None = None
    prompt: str | None = None
    args: tuple[str, ...] = ()
    when: When | None = None
    timeout: str | None = None
    limits: dict[str, str] = {}
    leftovers: str | None = None
    catch_up: str | None = None
    env: dict[str, str] = {}
    env_pass: tuple[str, ...] = ()
    env_file: str | None = None
    notify: dict[str, tuple[str, ...]] = {}

    def written(self) -> dict[str, Json]:
        """Plain data: the keys that say something, in their order."""
        plain: dict[str, Json] = msgspec.to_builtins(self)
        return plain


class Entry(NamedTuple):
    """One job as it was found. `name` is what its id is made of.

    `source` says where it stands, such as `crontab:4`; `notes` what became otherwise.
    """

    name: str
    source: str
    definition: Definition
    notes: tuple[str, ...] = ()


class LeftOut(NamedTuple):
    """What is no job, and why. `own`: jobconsole itself put it there."""

    source: str
    reason: str
    own: bool = False


class Found(NamedTuple):
    """All that one source holds; `about` is what goes for every job of it."""

    entries: tuple[Entry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    about: tuple[str, ...] = ()


class Listed(NamedTuple):
    """A file to read. `named`: somebody asked for it, it is not just in a folder."""

    path: Path
    named: bool


def gather(
    listed: Iterable[Listed], read: Callable[[Path], Entry | LeftOut], *about: str
) -> Found:
    """What `read` makes of the files; one of a folder that it cannot read is left out.

    Raises ImportInvalidError for one that is named.
    """
    found: list[Entry | LeftOut] = []
    for path, named in listed:
        try:
            found.append(read(path))
        except ImportInvalidError as error:
            if named:
                raise
            found.append(_unreadable(path, error))
    entries = tuple(it for it in found if isinstance(it, Entry))
    left_out = tuple(it for it in found if isinstance(it, LeftOut))
    return Found(entries, left_out, about if entries else ())


def _unreadable(path: Path, error: ImportInvalidError) -> LeftOut:
    place, _, reason = error.message.partition(": ")
    if place.startswith(f"{path}:"):
        return LeftOut(place, reason)
    return LeftOut(str(path), error.message)


def together(parts: Sequence[Found]) -> Found:
    """Several sources as one."""
    return Found(
        tuple(entry for part in parts for entry in part.entries),
        tuple(item for part in parts for item in part.left_out),
        tuple(dict.fromkeys(line for part in parts for line in part.about)),
    )


def shared(found: Found) -> Found:
    """The same; what is noted of all of several entries is said once, for them all."""
    if len(found.entries) < 2:
        return found
    first, *rest = (entry.notes for entry in found.entries)
    common = tuple(note for note in first if all(note in notes for notes in rest))
    entries = tuple(
        entry._replace(notes=tuple(it for it in entry.notes if it not in common))
        for entry in found.entries
    )
    return found._replace(entries=entries, about=(*found.about, *common))


class Proposed(NamedTuple):
    """An entry with the id that it would have."""

    id: str
    entry: Entry


class Proposal(NamedTuple):
    """What is written, or added to a configuration."""

    jobs: tuple[Proposed, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    about: tuple[str, ...] = ()
