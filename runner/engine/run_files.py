"""The files that a run left in its folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.browse import resolve_run
from runner.model.errors import StateUnavailableError
from runner.store.folders import open_regular

if TYPE_CHECKING:
    from runner.engine.project import Project

LONGEST_SHOWN = 256 * 1024


class RunFile(NamedTuple):
    """A file by its name in the run's folder, which is foreign text. Size in bytes."""

    name: str
    bytes: int


class FileText(NamedTuple):
    """What a file says, as far as it is shown. `is_cut`: there is more."""

    path: str
    text: str
    is_cut: bool


def run_files(project: Project, run_id: str) -> list[RunFile]:
    """By name; none where the folder is not there (yet)."""
    try:
        with os.scandir(_folder(project, run_id)) as entries:
            files = [
                RunFile(entry.name, entry.stat(follow_symlinks=False).st_size)
                for entry in entries
                if entry.is_file(follow_symlinks=False)
            ]
    except OSError:
        return []
    return sorted(files)


def read_run_file(project: Project, run_id: str, name: str) -> FileText:
    """Raises StateUnavailableError where it cannot be read."""
    path = _folder(project, run_id) / Path(name).name
    try:
        with open_regular(path) as file:
            content = file.read(LONGEST_SHOWN + 1)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise StateUnavailableError(message) from error
    text = content[:LONGEST_SHOWN].decode("utf-8", "replace")
    return FileText(str(path), text, len(content) > LONGEST_SHOWN)


def _folder(project: Project, run_id: str) -> Path:
    view = resolve_run(project, run_id)
    return project.state.run_folder(view.job_id, view.run_id).path
