"""A run of /bin/true by a warm worker, beside the durable calls that it consists of."""

from __future__ import annotations

import os
import select
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.project import TimedWorker, opened, write
from bench.report import Line, bounded, compared, interleaved, median_ms
from runner.store.db import open_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.report import Samples
    from runner.store.db import Connection

BATCH = 50
LOGS = ("stdout.log", "stderr.log")
RECEIPT = "run_receipt.json"


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    config = write(place / "ours", "  nothing: {command: [/bin/true]}")
    with opened(config) as project:
        worker = TimedWorker(project)
        worker.run("nothing", BATCH)
        index = open_index(place / "alone.db")
        index.execute("INSERT INTO meta VALUES ('seq', '0')")
        alone = _Alone(place / "alone", index, _left_behind(config.parent))
        sides = (lambda: worker.run("nothing", BATCH), lambda: alone.run(BATCH))
        ours, calls = interleaved(sides, 4 if quick else 20)
        index.close()
    yield compared("claim to receipt / its calls", ours, calls, 2.0)
    yield bounded("claim to receipt, median", median_ms(ours), 3.0, "ms")


def _left_behind(root: Path) -> dict[str, bytes]:
    """The files of one run with their content."""
    folder = next((root / ".jobconsole/runs/nothing").glob("*/*"))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


class _Alone(NamedTuple):
    """What a run cannot do without.

    Its files with the same content, a process, a synced receipt, and one transaction
    that ends it and begins the next.
    """

    root: Path
    database: Connection
    files: dict[str, bytes]

    def run(self, times: int) -> Samples:
        taken: Samples = []
        begun = time.perf_counter()
        for _ in range(times):
            self._one()
            ended = time.perf_counter()
            taken.append(ended - begun)
            begun = ended
        return taken

    def _one(self) -> None:
        folder = self.root / f"{time.time_ns()}"
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            if name not in (*LOGS, RECEIPT):
                _write(folder / name, content)
        _execute(folder)
        temporary = folder / ".new"
        _write(temporary, self.files[RECEIPT], synced=True)
        temporary.rename(folder / RECEIPT)
        _sync_folder(folder)
        self._commit()

    def _commit(self) -> None:
        """A row ends, its job is told, the next row begins."""
        now = time.time_ns() // 1_000_000
        self.database.execute("BEGIN IMMEDIATE")
        self.database.execute(
            "INSERT INTO runs (run_id, job_id, kind, trigger, role, actor, pool,"
            " priority, alone, status, definition, queued_ms, queued_boot)"
            " VALUES (?, 'nothing', 'command', 'manual', 'admin', 'bench', 'default',"
            " 1, 0, 'running', '', ?, '')",
            (str(time.time_ns()), now),
        )
        self.database.execute(
            "UPDATE runs SET status = 'succeeded', ended_ms = ?"
            " WHERE seq = (SELECT max(seq) FROM runs)",
            (now,),
        )
        self.database.execute(
            "UPDATE meta SET value = ? WHERE key = 'seq'", (str(now),)
        )
        self.database.execute("COMMIT")


def _execute(folder: Path) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    out, err = (os.open(folder / name, flags, 0o600) for name in LOGS)
    child = subprocess.Popen(
        ("/bin/true",),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        start_new_session=True,
    )
    wait(child)
    os.close(out)
    os.close(err)


def wait(child: subprocess.Popen[bytes]) -> None:
    """Wait for the end by a descriptor where there are such: `Popen.wait` is slower."""
    if hasattr(os, "pidfd_open"):
        descriptor = os.pidfd_open(child.pid)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll()
        os.close(descriptor)
    child.wait()


def _write(path: Path, content: bytes, *, synced: bool = False) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.write(descriptor, content)
    if synced:
        os.fsync(descriptor)
    os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    os.fsync(descriptor)
    os.close(descriptor)
