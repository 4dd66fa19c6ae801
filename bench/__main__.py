"""`python -m bench [NAME ...] [--quick]`: measures, and prints ratios."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.project import folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.report import Line

NAMES = (
    "tick",
    "run",
    "burst",
    "output",
    "history",
    "on_time",
    "resident",
    "install",
    "simulate",
    "console",
    "log",
)


def main() -> int:
    """1 if a bound was missed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--into", type=Path, help="an empty folder to leave it all in")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    names: list[str] = asked.names or list(NAMES)
    if asked.into is not None and len(names) == 1:
        return measure(names[0], asked.into, quick=asked.quick)
    version = platform.python_version()
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    print(f"{platform.system()}, Python {version}, {load}")
    with folder() as place:
        return max([apart(name, place / name, quick=asked.quick) for name in names])


def apart(name: str, place: Path, *, quick: bool) -> int:
    """In a process of its own: none meets what another left in memory.

    What it wrote stays until the end: creating files is slow where many were deleted.
    """
    options = ["--quick"] if quick else []
    command = (sys.executable, "-m", "bench", name, "--into", str(place), *options)
    return subprocess.run(command, check=False).returncode


def measure(name: str, place: Path, *, quick: bool) -> int:
    module = importlib.import_module(f"bench.{name}")
    lines: Callable[[Path, bool], Iterator[Line]] = module.lines
    print(f"\n{name}: {(module.__doc__ or '').partition(chr(10))[0]}", flush=True)
    place.mkdir(parents=True)
    began = time.monotonic()
    missed = False
    for line in lines(place, quick):
        print(line, flush=True)
        missed |= line.held is False
    print(f"  ({time.monotonic() - began:.0f} s)", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
