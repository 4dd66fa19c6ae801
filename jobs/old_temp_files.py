"""Old or large files in the folder for temporary files. It reports and removes nothing.

old_temp_files.py [--older-than DAYS] [--larger-than MIB] [--show N] [FOLDER ...]
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MIB = 1024**2
DAY_SECONDS = 86_400


class Result(NamedTuple):
    """What jobconsole reads from a `JOB`; any object with these four will do."""

    success: bool
    message: str
    items_processed: int
    errors: list[str]


class Found(NamedTuple):
    """A regular file that is old or large."""

    path: Path
    size_bytes: int
    age_days: float


class Scan:
    """Walks a folder, counting what it saw. Symbolic links are not followed."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.files = 0
        self.unreadable = 0

    def files_below(self, folder: Path) -> Iterator[Found]:
        for parent, _, names in os.walk(folder, onerror=self._count_unreadable):
            for name in names:
                path = Path(parent, name)
                try:
                    status = path.lstat()
                except OSError:  # gone, or not ours: temporary files come and go
                    self.unreadable += 1
                    continue
                if stat.S_ISREG(status.st_mode):
                    self.files += 1
                    age_days = (self.now - status.st_mtime) / DAY_SECONDS
                    yield Found(path, status.st_size, age_days)

    def _count_unreadable(self, _error: OSError) -> None:
        self.unreadable += 1


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Old or large temporary files.")
    parser.add_argument("--older-than", type=float, default=7.0, metavar="DAYS")
    parser.add_argument("--larger-than", type=float, default=100.0, metavar="MIB")
    parser.add_argument("--show", type=int, default=20, metavar="N")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    return parser.parse_args(argv)


class OldTempFiles:
    """Lists the largest of what is old or large."""

    def run(self) -> Result:
        options = parse(sys.argv[1:])
        folders: list[Path] = options.folders or [Path(tempfile.gettempdir())]
        errors = [f"{folder} is no folder" for folder in folders if not folder.is_dir()]
        scan = Scan(time.time())
        found = [
            file
            for folder in folders
            for file in scan.files_below(folder)
            if file.age_days > options.older_than
            or file.size_bytes > options.larger_than * MIB
        ]
        found.sort(key=lambda file: file.size_bytes, reverse=True)
        for file in found[: options.show]:
            size = f"{file.size_bytes / MIB:9.1f} MiB"
            print(f"{size}  {file.age_days:6.1f} days  {file.path}")
        if len(found) > options.show:
            print(f"… and {len(found) - options.show} more")
        if scan.unreadable:
            print(f"could not look at: {scan.unreadable}")
        total = sum(file.size_bytes for file in found) / MIB
        return Result(
            success=not errors,
            message=f"{len(found)} of {scan.files} files, {total:.1f} MiB together",
            items_processed=scan.files,
            errors=errors,
        )


JOB = OldTempFiles()
