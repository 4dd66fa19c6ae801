"""A tick with nothing due and nothing changed, beside the imports it may not exceed."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

from bench.project import PYTHON, TICK, environment, tick, write
from bench.report import Line, bounded, compared, interleaved, timed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.report import Samples

BASELINE = (*PYTHON, "-c", "import click, sqlite3, filelock")
FORBIDDEN = frozenset({"psutil", "yaml", "croniter", "click"})
PYTHON_JOBS = 10
"""Of so many jobs, one is a Python job with a file of its own."""

PROBE = """
import os, runpy, sys
os._exit = sys.exit
sys.argv = ["jobconsole", "--tick", "--config", sys.argv[1]]
try:
    runpy.run_module("jobconsole", run_name="__main__", alter_sys=True)
except SystemExit as leaving:
    assert not leaving.code, leaving.code
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
if sys.platform == "darwin":
    peak //= 1024
else:
    with open("/proc/self/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    peak = int(fields["VmHWM"].split()[0]) * 1024
print(peak, *sys.modules)
"""
"""A tick that tells its peak memory in bytes, and what it imported. On Linux not by
`getrusage`: that counts what the process was before it executed Python, too.
"""


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    thousand = _project(place / "1k", 1_000)
    ten_thousand = _project(place / "10k", 10_000)
    sides = (
        lambda: _sample((*TICK, str(thousand)), place),
        lambda: _sample(BASELINE, place),
        lambda: _sample((*TICK, str(ten_thousand)), place),
    )
    interleaved(sides, 2)
    small, baseline, large = interleaved(sides, 7 if quick else 25)
    yield compared("1,000 jobs / three imports", small, baseline, 1.1)
    yield compared("10,000 jobs / 1,000 jobs", large, small, 1.2)
    for count, config in ((1_000, thousand), (10_000, ten_thousand)):
        peak, modules = _probe(config, place)
        yield bounded(f"peak memory, {count:,} jobs", peak / 2**20, 30, "MiB")
        found = sorted(FORBIDDEN & modules)
        said = ", ".join(found) or f"none of {', '.join(sorted(FORBIDDEN))}"
        yield Line(f"imported, {count:,} jobs", said, "none", not found)


def _project(root: Path, count: int) -> Path:
    """Jobs of every kind whose next instant is days away, ticked once."""
    (root / "jobs").mkdir(parents=True)
    config = write(root, "\n".join(_job(root, number) for number in range(count)))
    tick(config)
    return config


def _job(root: Path, number: int) -> str:
    day = time.gmtime(time.time() + 3 * 86_400)
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    year = 365 * 86_400
    offset = int(time.time() + year / 2) % year
    when = (
        f'cron: "{number % 60} {number % 24} {day.tm_mday} {day.tm_mon} *"',
        f"every: {year}s, offset: {(offset + number) % year}s",
        f'at: "{number % 24:02}:{number % 60:02}", weekdays: [{names[day.tm_wday]}]',
    )[number % 3]
    if number % PYTHON_JOBS:
        return f"  job{number}: {{command: [date], when: {{{when}}}}}"
    (root / "jobs" / f"job{number}.py").write_text("print('hello')\n", "utf-8")
    return f"  job{number}: {{when: {{{when}}}}}"


def _sample(command: tuple[str, ...], home: Path) -> Samples:
    surroundings = environment(home)
    return [timed(lambda: subprocess.run(command, env=surroundings, check=True))]


def _probe(config: Path, home: Path) -> tuple[int, set[str]]:
    """Peak memory in bytes, and the modules that were imported."""
    found = subprocess.run(
        (*PYTHON, "-c", PROBE, str(config)),
        env=environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    peak, *modules = found.stdout.split()
    return int(peak), set(modules)
