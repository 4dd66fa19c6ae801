"""A child that writes 2 GiB, beside the same child writing to a file alone."""

from __future__ import annotations

import os
import statistics
import subprocess
from typing import TYPE_CHECKING

from bench.project import TimedWorker, opened, write
from bench.report import Line, bounded, compared, interleaved, peak_memory, timed
from bench.run import wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.report import Samples

GIB = 2**30


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    size = GIB // 4 if quick else 2 * GIB
    command = ("head", "-c", str(size), "/dev/zero")
    words = ", ".join(f'"{word}"' for word in command)
    jobs = f"  empty: {{command: [/bin/true]}}\n  noisy: {{command: [{words}]}}"
    config = write(place / "ours", jobs)
    with opened(config) as project:
        worker = TimedWorker(project)
        worker.run("empty", 20)
        empty = statistics.median(worker.run("empty", 20))
        before = peak_memory()

        def supervised() -> Samples:
            taken = worker.run("noisy", 1)
            for log in config.parent.glob(".jobconsole/runs/noisy/*/*/stdout.log"):
                assert log.stat().st_size == size, "output was lost"
                log.unlink()
            os.sync()
            return taken

        def alone() -> Samples:
            taken = timed(lambda: _to_file(command, place / "alone.log"))
            (place / "alone.log").unlink()
            os.sync()
            return [taken + empty]

        ours, theirs = interleaved((supervised, alone), 2 if quick else 4)
    yield compared(f"{size / GIB:g} GiB / alone and empty run", ours, theirs, 1.1)
    yield bounded("supervisor's growth", (peak_memory() - before) / 2**20, 2.0, "MiB")


def _to_file(command: tuple[str, ...], path: Path) -> None:
    with path.open("wb") as file:
        wait(subprocess.Popen(command, stdout=file, start_new_session=True))
