"""What is seen of a run while it runs: its processes and how its output grows."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.model.instants import utc_text_ms
from runner.process.cgroup import RunGroup
from runner.process.descendants import below
from runner.process.environment import RUN_VARIABLE
from runner.process.identity import start_of
from runner.store.folders import open_own, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runner.process.table import FileKey, ProcessTable
    from runner.store.events import EventLog
    from runner.store.folders import RunFolder


class Logs(NamedTuple):
    """The descriptors that the child writes its output to."""

    stdout: int
    stderr: int

    def keys(self) -> frozenset[FileKey]:
        statuses = map(os.fstat, self)
        return frozenset((status.st_dev, status.st_ino) for status in statuses)

    def close(self) -> None:
        for descriptor in self:
            os.close(descriptor)


def open_logs(folder: RunFolder) -> Logs:
    """Open for appending: attempts of one run follow each other in one pair."""
    paths = (folder.stdout, folder.stderr)
    return Logs(*(open_own(path, os.O_APPEND) for path in paths))


class OutputMarks:
    """Notes in the events when, and by how much, the logs have grown."""

    def __init__(self, logs: Logs, log: EventLog) -> None:
        self._log = log
        self._streams = {"stdout": logs.stdout, "stderr": logs.stderr}
        self._sizes = {
            name: os.fstat(descriptor).st_size
            for name, descriptor in self._streams.items()
        }

    def look(self, now_ms: int) -> None:
        for name, descriptor in self._streams.items():
            size, before = os.fstat(descriptor).st_size, self._sizes[name]
            if size != before:
                grown = size - before
                self._log.append(
                    now_ms, "output", stream=name, offset=before, bytes=grown
                )
                self._sizes[name] = size


class _Place(msgspec.Struct, frozen=True, tag="place"):
    """Where the run's processes are kept together."""

    cgroup: str


class _Sighting(msgspec.Struct, frozen=True, tag="process"):
    """A process of the run, and when it was first seen."""

    pid: int
    started: int
    at: str = ""


_sightings: msgspec.json.Decoder[_Place | _Sighting] = msgspec.json.Decoder(
    _Place | _Sighting
)


class Sightings:
    """Keeps every process that was seen below the child, in processes.jsonl."""

    def __init__(
        self, folder: RunFolder, table: ProcessTable, group: RunGroup | None
    ) -> None:
        self.seen: dict[int, int] = {}
        self._table = table
        self._run_id = folder.path.name
        self._descriptor = open_own(folder.processes, os.O_APPEND)
        if group is not None:
            self._write(_Place(str(group.folder)))

    def add(self, pid: int, now_ms: int) -> None:
        started = start_of(pid)
        if started is not None and self.seen.get(pid) != started:
            self.seen[pid] = started
            self._write(_Sighting(pid, started, utc_text_ms(now_ms)))

    def look(self, kin: set[int], now_ms: int) -> None:
        """What is below this process, adopted orphans too, but not of other runs."""
        for pid in below(self._table, os.getpid(), kin):
            if pid not in self.seen and self._is_of_another_run(pid):
                continue
            self.add(pid, now_ms)

    def close(self) -> None:
        os.close(self._descriptor)

    def _is_of_another_run(self, pid: int) -> bool:
        mark = self._table.variable(pid, RUN_VARIABLE)
        return mark is not None and mark != self._run_id

    def _write(self, what: _Place | _Sighting) -> None:
        os.write(self._descriptor, msgspec.json.encode(what) + b"\n")


class Seen(NamedTuple):
    """What an earlier worker kept of a run's processes. The first seen is the child."""

    leader: tuple[int, int] | None
    processes: dict[int, int]
    cgroup: RunGroup | None


def read_sightings(folder: RunFolder) -> Seen:
    """Read processes.jsonl; what is no sighting, or only half of one, is passed over."""
    processes: dict[int, int] = {}
    group: RunGroup | None = None
    try:
        lines = read_regular(folder.processes).splitlines()
    except OSError:
        lines = []
    for sighting in _read(lines):
        match sighting:
            case _Place(cgroup):
                group = RunGroup.at(cgroup)
            case _Sighting(pid, started):
                processes[pid] = started
    leader = next(iter(processes.items()), None)
    return Seen(leader, processes, group)


def seen_in(lines: Iterable[bytes]) -> dict[int, int]:
    """The processes (pid to start) that lines of processes.jsonl tell of."""
    return {it.pid: it.started for it in _read(lines) if isinstance(it, _Sighting)}


def _read(lines: Iterable[bytes]) -> Iterator[_Place | _Sighting]:
    for line in lines:
        with contextlib.suppress(msgspec.MsgspecError):
            yield _sightings.decode(line)
