"""A private folder for one run, also its TMPDIR: made, and removed with all in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from runner.model.errors import LaunchError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "jobconsole-"
_MODE = 0o700


def scratch_path(run_id: str, environment: Mapping[str, str]) -> Path:
    """Where a run's folder is. Short, so that the path of a socket in it fits."""
    return Path(environment.get("TMPDIR") or "/tmp") / f"{_PREFIX}{run_id}"  # noqa: S108


def make_scratch(run_id: str, environment: Mapping[str, str]) -> Path:
    """Make a run's folder. Raises LaunchError, also where anything is there already."""
    path = scratch_path(run_id, environment)
    try:
        path.mkdir(_MODE)
    except OSError as error:
        message = f"cannot make the run's folder {path}: {error.strerror}"
        raise LaunchError(
            message, hint="See TMPDIR in `jobconsole env`, and what is there."
        ) from error
    return path


def remove_scratch(path: Path) -> bool:
    """Remove a run's folder and all in it; whether it is gone.

    Nothing that is not such a folder, or not ours, is touched. Links are removed and
    never followed.
    """
    if not path.name.startswith(_PREFIX):
        return False
    try:
        status = path.lstat()
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        return False
    # A tree too deep to be walked stays, as does what the system will not let go.
    with contextlib.suppress(RecursionError):
        _open_up(path)
        shutil.rmtree(path, ignore_errors=True)
    return not os.path.lexists(path)


def _open_up(path: Path) -> None:
    """Let every folder be written to, as nothing could be removed from it otherwise."""
    with contextlib.suppress(OSError):
        path.chmod(_MODE)
        for _, folders, _, descriptor in os.fwalk(path):
            for name in folders:
                _open(name, descriptor)


def _open(name: str, parent: int) -> None:
    """Open up one folder, before the walk goes into it; a link to one is none."""
    with contextlib.suppress(OSError):
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            os.chmod(name, _MODE, dir_fd=parent)
