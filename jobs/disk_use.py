"""How full the disks are: warn above one share, fail above another.

disk_use.py [--warn PERCENT] [--fail PERCENT] [PATH ...]
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

GIB = 1024**3


class Result(NamedTuple):
    """What jobconsole reads from a `JOB`; any object with these four will do."""

    success: bool
    message: str
    items_processed: int
    errors: list[str]


class Disk(NamedTuple):
    """One file system, named by the path that was asked for."""

    path: Path
    percent: float
    free_bytes: int


def measure(path: Path) -> Disk:
    usage = shutil.disk_usage(path)
    # As `df` counts: what is reserved for root is neither used nor free.
    percent = 100 * usage.used / max(usage.used + usage.free, 1)
    return Disk(path, percent, usage.free)


def distinct(paths: list[Path]) -> Iterator[Path]:
    """The paths, without those on a file system that was named before."""
    seen: set[int] = set()
    for path in paths:
        device = path.stat().st_dev
        if device not in seen:
            seen.add(device)
            yield path


def percentage(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 100:
        reason = f"{text} is not between 0 and 100"
        raise argparse.ArgumentTypeError(reason)
    return value


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How full the disks are.")
    parser.add_argument("--warn", type=percentage, default=85.0, metavar="PERCENT")
    parser.add_argument("--fail", type=percentage, metavar="PERCENT")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    return parser.parse_args(argv)


class DiskUse:
    """Measures each file system and says which are over the threshold."""

    def run(self) -> Result:
        options = parse(sys.argv[1:])
        named: list[Path] = options.paths
        errors = [f"{path} does not exist" for path in named if not path.exists()]
        wanted = named or [Path("/"), Path.home()]
        present = [path for path in wanted if path.exists()]
        disks = [measure(path) for path in distinct(present)]
        for disk in disks:
            word = "FULL" if disk.percent > options.warn else "ok"
            free = f"{disk.free_bytes / GIB:8.1f} GiB free"
            print(f"{word:4}  {disk.percent:5.1f} %  {free}  {disk.path}")
        if options.fail is not None:
            errors += [
                f"{disk.path} is {disk.percent:.1f} % full"
                for disk in disks
                if disk.percent > options.fail
            ]
        over = [str(disk.path) for disk in disks if disk.percent > options.warn]
        warned = f"over {options.warn:g} %: {', '.join(over) or 'none'}"
        return Result(
            success=not errors,
            message=f"file systems: {len(disks)}; {warned}",
            items_processed=len(disks),
            errors=errors,
        )


JOB = DiskUse()
