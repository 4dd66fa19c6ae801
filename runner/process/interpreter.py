"""Which Python runs a project's scripts, and with which words."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from runner.model.errors import TargetUnresolvedError
from runner.process.bootstrap import defines_job

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")

_INLINE_METADATA = re.compile(rb"^# /// script\s*$", re.MULTILINE)


def python_argv(
    script: Path,
    args: Sequence[str],
    root: Path,
    *,
    python: str | None,
    environment: Mapping[str, str],
) -> list[str]:
    """The argv for a Python job.

    The `python:` key, else the project's `.venv`, else `uv run --script` for a file
    with inline metadata, else `python3`. Raises TargetUnresolvedError.
    """
    path = environment.get("PATH", os.defpath)
    if python is not None:
        chosen = _named(python, root, environment, path)
    elif (own := root / ".venv/bin/python").exists():
        chosen = str(own)
    elif _has_inline_metadata(script) and (uv := shutil.which("uv", path=path)):
        return [uv, "run", "--quiet", *_uv_words(script), *args]
    else:
        chosen = shutil.which("python3", path=path) or ""
    if not chosen:
        message = "no python3 on the PATH of the base environment"
        raise TargetUnresolvedError(
            message, hint="Name one with `python:` or run `jobconsole env --refresh`."
        )
    return [chosen, str(BOOTSTRAP), str(script), *args]


def _uv_words(script: Path) -> list[str]:
    """The words after `uv run`: a module with a JOB still needs the bootstrap."""
    if not defines_job(str(script)):
        return ["--script", str(script)]
    requirements = ["--no-project", "--with-requirements", str(script)]
    return [*requirements, "python", str(BOOTSTRAP), str(script)]


def _named(python: str, root: Path, environment: Mapping[str, str], path: str) -> str:
    home = environment.get("HOME", "")
    expanded = f"{home}{python[1:]}" if python.startswith("~/") else python
    candidate = expanded if "/" not in expanded else str(root / expanded)
    chosen = shutil.which(candidate, path=path)
    if chosen is None:
        message = f"the interpreter {python} is not there or cannot be executed"
        raise TargetUnresolvedError(message, hint="Correct the `python:` key.")
    return chosen


def _has_inline_metadata(script: Path) -> bool:
    try:
        return _INLINE_METADATA.search(script.read_bytes()) is not None
    except OSError:
        return False
