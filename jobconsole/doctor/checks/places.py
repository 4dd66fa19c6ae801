"""Files and folders: what can be read and written from there, and what others can."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from jobconsole.doctor.facts import PlaceKind
from jobconsole.doctor.findings import Code, Finding, Level, Subject
from jobconsole.words import size
from launchd.privacy import unreadable_place
from runner.store.folders import NETWORK_FILESYSTEMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobconsole.doctor.facts import Place
    from jobconsole.doctor.sight import Sight

_MIB = 1 << 20
FULL_BYTES, LOW_BYTES = 64 * _MIB, 1024 * _MIB
LOW_FILES = 10_000
_OTHERS = 0o077
_READ_BY_OTHERS = 0o044
_SECRET = frozenset({PlaceKind.STATE, PlaceKind.BASE, PlaceKind.ENV_FILE})
_MAY_BE_MISSING = frozenset({PlaceKind.BASE, PlaceKind.HOME})
"""The base is recorded at first use; of the home others tell."""


def check_places(sight: Sight) -> Iterator[Finding]:
    found = [it for place in sight.there.places for it in _of_place(sight, place)]
    found += _disk(sight)
    yield from found
    if all(finding.level is Level.NOTE for finding in found):
        free = min(
            (it.free_bytes for it in sight.there.places if it.free_bytes is not None),
            default=0,
        )
        message = f"the project and its state can be used; {size(free)} free"
        yield Finding(Level.OK, Subject.FILES, Code.FILES_OK, message)


def _of_place(sight: Sight, place: Place) -> Iterator[Finding]:
    kind = place.wanted.kind
    if not place.exists:
        if kind not in _MAY_BE_MISSING:
            yield _missing(place)
        return
    if place.error and kind is not PlaceKind.HOME:
        remedy = _to_be_read(sight, place)
        yield _finding(Level.ERROR, Code.FILE_UNREADABLE, place, place.error, remedy)
        return
    if place.write_error:
        # A job need not write into its project; we write our state, agents need TMPDIR.
        level = Level.WARNING if kind is PlaceKind.PROJECT else Level.ERROR
        said = f"cannot be written to: {place.write_error}"
        remedy = "Make room, or let the user of the jobs write there."
        yield _finding(level, Code.FOLDER_UNWRITABLE, place, said, remedy)
    if kind is PlaceKind.STATE and place.filesystem in NETWORK_FILESYSTEMS:
        said = f"is on a network file system ({place.filesystem})"
        remedy = "Set `state_dir` to a folder on a local disk."
        yield _finding(Level.ERROR, Code.FILESYSTEM_UNFIT, place, said, remedy)
    yield from _open(place)


def _missing(place: Place) -> Finding:
    if place.wanted.kind is PlaceKind.ENV_FILE:
        remedy = "Nothing to do if this machine needs none; else write it, mode 600."
        return _finding(Level.NOTE, Code.FILE_MISSING, place, "is not there", remedy)
    remedy = "Restore it, or see whether its disk is mounted there."
    return _finding(Level.ERROR, Code.FILE_MISSING, place, "is not there", remedy)


def _to_be_read(sight: Sight, place: Place) -> str:
    guarded = None
    if sight.there.machine.platform == "darwin":
        guarded = unreadable_place(Path(place.wanted.path), sight.project.home)
    if guarded is None:
        return "Let the user of the jobs read it and its folders."
    return (
        f"macOS keeps {guarded} from what {sight.context} starts: move it elsewhere, or"
        f" give Full Disk Access to {sight.there.process.python}."
    )


def _open(place: Place) -> Iterator[Finding]:
    kind, mode = place.wanted.kind, place.mode
    if kind not in _SECRET or mode is None:
        return
    # Somebody may share an env_file with his group on purpose, but not with the world.
    tolerated = _READ_BY_OTHERS & 0o007 if kind is PlaceKind.ENV_FILE else _OTHERS
    if mode & tolerated:
        private = "700" if kind is PlaceKind.STATE else "600"
        said = f"is open to others: mode {mode:04o}"
        remedy = f"`chmod {private} {shlex.quote(place.wanted.path)}`"
        yield _finding(Level.WARNING, Code.FILE_READABLE_BY_OTHERS, place, said, remedy)


def _disk(sight: Sight) -> Iterator[Finding]:
    """Of the state's disk alone: the record of every run goes there."""
    state = {it.wanted.kind: it for it in sight.there.places}.get(PlaceKind.STATE)
    if state is None or state.free_bytes is None:
        return
    remedy = "Make room: every run is recorded there."
    if state.free_bytes < LOW_BYTES:
        full = state.free_bytes < FULL_BYTES
        level = Level.ERROR if full else Level.WARNING
        code = Code.DISK_FULL if full else Code.DISK_LOW
        said = f"has {size(state.free_bytes)} left on its disk"
        yield _finding(level, code, state, said, remedy)
    if state.free_files is not None and state.free_files < LOW_FILES:
        said = f"has room for {state.free_files} more files"
        yield _finding(Level.WARNING, Code.INODES_LOW, state, said, remedy)


def _finding(level: Level, code: Code, place: Place, said: str, remedy: str) -> Finding:
    wanted = place.wanted
    if code is Code.FILE_UNREADABLE:
        said = f"cannot be read: {said}"
    data = {"kind": wanted.kind, "path": wanted.path}
    message = f"the {wanted.kind} {wanted.path} {said}"
    return Finding(level, Subject.FILES, code, message, remedy, data)
