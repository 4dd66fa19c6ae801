"""Follows a run from outside: its output and events as they grow.

Who waits for a run also finds out that its worker died.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.repair import repair_if_free
from runner.store import history
from runner.store.events import parse
from runner.store.lines import GrowingFile
from runner.store.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from runner.engine.project import Project
    from runner.model.errors import Json
    from runner.store.folders import RunFolder

POLL_MS = 50
_WINDOW = 256 * 1024
_REPAIR_MS = 2_000


class Chunk(NamedTuple):
    """Bytes that a run wrote to `stdout` or `stderr`; no data: nothing new yet."""

    stream: str
    data: bytes


def output(
    project: Project, run_id: str, *, until_ended: bool = True, raw: bool = True
) -> Iterator[Chunk]:
    """Everything the run writes, until it has ended and all was read.

    `until_ended` False: only what is there now. `raw` False: as it is for people.
    """
    folder = _folder(project, run_id)
    patience = _Patience(project)
    streams: dict[str, GrowingFile] = {}
    while True:
        if not streams and folder.stdout.exists():
            said = folder.stdout if raw else folder.said
            streams = {
                "stdout": GrowingFile(said),
                "stderr": GrowingFile(folder.stderr),
            }
        # Asked first: what it wrote before it ended is there to be read.
        ended = not until_ended or has_ended(project, run_id)
        quiet = True
        for name, stream in streams.items():
            while data := stream.read(_WINDOW):
                quiet = False
                yield Chunk(name, data)
        if quiet:
            if ended:
                return
            yield Chunk("", b"")
            patience.wait()


def events(
    project: Project, run_id: str, *, follow: bool
) -> Iterator[Mapping[str, Json] | None]:
    """The run's events in order; None where there is nothing new yet."""
    growing = GrowingFile(_folder(project, run_id).events)
    rest = b""
    patience = _Patience(project)
    while True:
        ended = not follow or has_ended(project, run_id)
        quiet = True
        while data := growing.read(_WINDOW):
            quiet = False
            lines, _, rest = (rest + data).rpartition(b"\n")
            yield from parse(lines)
        if quiet:
            if ended:
                return
            yield None
            patience.wait()


def until_ended(
    project: Project, run_ids: Sequence[str], proceed: Callable[[], bool]
) -> bool:
    """Wait until all have ended; False where `proceed` said no first."""
    patience = _Patience(project)
    for run_id in run_ids:
        while not has_ended(project, run_id):
            if not proceed():
                return False
            patience.wait()
    return True


class _Patience:
    """Now and then, while somebody waits, sees whether the worker still lives."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._look_at = project.clock.awake_ms() + _REPAIR_MS

    def wait(self) -> None:
        clock = self._project.clock
        clock.sleep(POLL_MS)
        if clock.awake_ms() >= self._look_at:
            self._look_at = clock.awake_ms() + _REPAIR_MS
            repair_if_free(self._project)


def transcript(project: Project, run_id: str) -> Transcript:
    """Also of a run that has written nothing yet, or that nobody knows any more."""
    return Transcript(_folder(project, run_id))


def has_ended(project: Project, run_id: str) -> bool:
    view = history.one(project.index, run_id)
    return view is None or view.status.ended


def _folder(project: Project, run_id: str) -> RunFolder:
    view = history.one(project.index, run_id)
    job_id = view.job_id if view else ""
    return project.state.run_folder(job_id, run_id)
