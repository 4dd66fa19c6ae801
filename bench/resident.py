"""What `jobconsole up` takes while nothing falls due, with 1,000 jobs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.project import staying, write
from bench.report import Line, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psutil

JOBS = 1_000
SETTLING = 5
"""Seconds after the first tick, before anything is measured."""


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    jobs = "\n".join(_job(number) for number in range(JOBS))
    seconds = 20 if quick else 90
    with staying(write(place, jobs)) as process:
        time.sleep(SETTLING)
        share = _busy(process, seconds)
        memory = process.memory_info().rss / 2**20
    yield bounded(f"processor, idle for {seconds} s", share * 100, 0.3, "%")
    yield bounded("memory", memory, 45, "MiB")


def _job(number: int) -> str:
    """Due once a day, none of them while it is measured."""
    hour = (time.gmtime().tm_hour + 2 + number % 20) % 24
    when = f'cron: "{number % 60} {hour} * * *"'
    return f"  job-{number}: {{command: [/bin/true], when: {{{when}}}}}"


def _busy(process: psutil.Process, seconds: int) -> float:
    """Of one processor, what it took."""
    before = process.cpu_times()
    began = time.monotonic()
    time.sleep(seconds)
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    return used / (time.monotonic() - began)
