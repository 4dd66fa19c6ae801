"""Local git branches that nobody has committed to for a while.

stale_branches.py [--days N] [FOLDER]

FOLDER is a repository or a folder of repositories. A plain script: exit code 0 when
every repository could be read, stale branches or not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DAY_SECONDS = 86_400


class Branch(NamedTuple):
    """A local branch and when its last commit was made."""

    name: str
    age_days: int
    checked_out: bool


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def repositories(folder: Path) -> Iterator[Path]:
    """The folder itself, or the repositories right below it."""
    if (folder / ".git").exists():
        yield folder
        return
    yield from sorted(child.parent for child in folder.glob("*/.git"))


def branches(repository: Path, now: float) -> Iterator[Branch]:
    fields = "--format=%(HEAD) %(committerdate:unix) %(refname:short)"
    for line in git(repository, "for-each-ref", fields, "refs/heads").splitlines():
        committed, _, name = line[2:].partition(" ")
        age_days = int((now - int(committed)) // DAY_SECONDS)
        yield Branch(name, age_days, checked_out=line.startswith("*"))


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Stale git branches.")
    parser.add_argument("--days", type=int, default=30, metavar="N")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(), metavar="FOLDER"
    )
    return parser.parse_args(argv)


def report(repository: Path, days: int, now: float) -> int:
    """Print the repository's stale branches, oldest first, and count them."""
    stale = [b for b in branches(repository, now) if b.age_days >= days]
    for branch in sorted(stale, key=lambda b: b.age_days, reverse=True):
        note = "  (checked out)" if branch.checked_out else ""
        name = repository.resolve().name
        print(f"{branch.age_days:5} days  {name}  {branch.name}{note}")
    return len(stale)


def main() -> int:
    options = parse(sys.argv[1:])
    now = time.time()
    looked_at = stale = 0
    errors: list[str] = []
    for repository in repositories(options.folder):
        looked_at += 1
        try:
            stale += report(repository, options.days, now)
        except subprocess.CalledProcessError as error:
            errors.append(f"{repository}: {error.stderr.strip()}")
    message = f"stale branches: {stale}; repositories: {looked_at}"
    print(message)
    for text in errors:
        print(text, file=sys.stderr)
    if result_file := os.environ.get("JOBCONSOLE_RESULT"):
        result = {
            "success": not errors,
            "message": message,
            "items_processed": looked_at,
            "errors": errors,
        }
        Path(result_file).write_text(json.dumps(result), encoding="utf-8")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
