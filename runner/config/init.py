"""The `teleclaude.yml` that a new project starts with."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from runner.config.names import is_job_id
from runner.config.target import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OPENING = """\
# What jobconsole runs here, and when. Every key: `jobconsole schema`, or
# docs/configuration.md. Check this file with `jobconsole validate`.

# timezone: Europe/Amsterdam     # for schedules that name none; cron needs one
# concurrency: {default: 4, agent: 1}

# defaults:
#   timeout: 30m
#   retries: {max: 2, delay: 30s}
#   notify: {on: [failure, recovery], to: [ops]}

# gateways:
#   ops: tgram://${BOT_TOKEN}/${CHAT_ID}
"""
_EXAMPLE = """\
  # hello:
  #   description: Say that it works
  #   command: [echo, hello]
  #   when: {every: 1h}
"""
_HINT = '    # when: {at: "06:00"}   # or {every: 1h}, {cron: "0 6 * * *"}\n'
_HEADING = re.compile(r"#+\s+(?P<title>.+)")
_LONGEST = 120


def starter(folder: Path) -> str:
    """Commented YAML with the scripts and documents that are already there as jobs.

    None of them has a schedule yet: nothing runs before a person says when.
    """
    jobs = list(_scripts(folder / "jobs"))
    known = {name for name, _ in jobs}
    jobs += [
        (name, description)
        for name, description in _documents(folder / DOCUMENTS)
        if name not in known
    ]
    entries = "".join(
        f"  {name}:\n    description: {_quoted(description)}\n{_HINT}"
        for name, description in jobs
    )
    return f"{_OPENING}\njobs:\n{entries or _EXAMPLE}"


def _scripts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.py")):
        if is_job_id(path.stem) and path.is_file():
            yield path.stem, _first_line(_docstring(path)) or f"Run {path.name}"


def _docstring(path: Path) -> str:
    try:
        return ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ""


def _documents(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.md")):
        name = path.stem.replace("-", "_")
        # An id finds its document with `-` for `_` only.
        if "_" not in path.stem and is_job_id(name) and path.is_file():
            yield name, _title(path) or f"Follow {path.name}"


def _title(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    heading = _HEADING.search(text)
    return _first_line(heading["title"] if heading else "")


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].strip()[:_LONGEST]


def _quoted(text: str) -> str:
    """A YAML scalar that means exactly this text, whatever is in it."""
    plain = "".join(letter for letter in text if letter.isprintable())
    return "'" + plain.replace("'", "''") + "'"
