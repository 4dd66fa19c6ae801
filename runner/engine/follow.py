"""Follows a run from outside: its output and events as they grow. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.store import history
from runner.store.events import parse
from runner.store.folders import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.errors import Json

POLL_MS = 50
_WINDOW = 256 * 1024


class Chunk(NamedTuple):
    """Bytes that a run wrote to `stdout` or `stderr`; no data: nothing new yet."""

    stream: str
    data: bytes


class _Growing:
    """Reads a file that may not exist yet and grows, a window at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> bytes:
        try:
            with open_regular(self._path) as file:
                file.seek(self._offset)
                data = file.read(_WINDOW)
        except OSError:
            return b""
        self._offset += len(data)
        return data


def output(
    project: Project, run_id: str, *, until_ended: bool = True
) -> Iterator[Chunk]:
    """Everything the run writes, until it has ended and all was read.

    `until_ended` False: only what is there now.
    """
    folder = _folder(project, run_id)
    streams = {
        "stdout": _Growing(folder / "stdout.log"),
        "stderr": _Growing(folder / "stderr.log"),
    }
    while True:
        # Asked first: what it wrote before it ended is there to be read.
        ended = not until_ended or has_ended(project, run_id)
        quiet = True
        for name, stream in streams.items():
            while data := stream.read():
                quiet = False
                yield Chunk(name, data)
        if quiet:
            if ended:
                return
            yield Chunk("", b"")
            project.clock.sleep(POLL_MS)


def events(
    project: Project, run_id: str, *, follow: bool
) -> Iterator[Mapping[str, Json] | None]:
    """The run's events in order; None where there is nothing new yet."""
    growing = _Growing(_folder(project, run_id) / "events.jsonl")
    rest = b""
    while True:
        ended = not follow or has_ended(project, run_id)
        quiet = True
        while data := growing.read():
            quiet = False
            lines, _, rest = (rest + data).rpartition(b"\n")
            yield from parse(lines)
        if quiet:
            if ended:
                return
            yield None
            project.clock.sleep(POLL_MS)


def until_ended(
    project: Project, run_ids: Sequence[str], proceed: Callable[[], bool]
) -> bool:
    """Wait until all have ended; False where `proceed` said no first."""
    for run_id in run_ids:
        while not has_ended(project, run_id):
            if not proceed():
                return False
            project.clock.sleep(POLL_MS)
    return True


def has_ended(project: Project, run_id: str) -> bool:
    view = history.one(project.index, run_id)
    return view is None or view.status.ended


def _folder(project: Project, run_id: str) -> Path:
    view = history.one(project.index, run_id)
    job_id = view.job_id if view else ""
    return project.state.run_folder(job_id, run_id).path
