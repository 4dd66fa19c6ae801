"""Files and folders: whether they can really be read and written, and disk space."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from jobconsole.doctor.facts import Place
from runner.store.folders import filesystem_of

if TYPE_CHECKING:
    from jobconsole.doctor.facts import PlaceWanted, Questions

_MOUNTS = Path("/proc/self/mounts")
_CONTENT = b"jobconsole doctor\n"


def look_at_places(questions: Questions) -> tuple[Place, ...]:
    return tuple(_look(wanted) for wanted in questions.places)


def _look(wanted: PlaceWanted) -> Place:
    path = Path(wanted.path)
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Place(wanted, exists=False)
    except (OSError, ValueError) as error:
        return Place(wanted, exists=True, error=_why(error))
    is_folder = stat.S_ISDIR(status.st_mode)
    free_bytes, free_files = _free(path)
    return Place(
        wanted,
        exists=True,
        error=_read_folder(path) if is_folder else _read_file(path, status),
        write_error=_write(path) if wanted.written else "",
        mode=stat.S_IMODE(status.st_mode),
        free_bytes=free_bytes,
        free_files=free_files,
        filesystem=filesystem_of(path, _MOUNTS) if wanted.written else "",
    )


def _read_folder(path: Path) -> str:
    try:
        with os.scandir(path) as entries:
            next(entries, None)
    except OSError as error:
        return _why(error)
    return ""


def _read_file(path: Path, status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        return _why(error)
    return ""


def _write(folder: Path) -> str:
    """A file is really written: modes alone tell neither of full nor of guarded disks."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(_CONTENT)
            file.flush()
    except OSError as error:
        return _why(error)
    return ""


def _free(path: Path) -> tuple[int | None, int | None]:
    """Bytes and files that may still be written; file systems may not count the latter."""
    try:
        status = os.statvfs(path)
    except OSError:
        return None, None
    return (
        status.f_bavail * status.f_frsize,
        status.f_favail if status.f_files else None,
    )


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error)
