"""Where things are in the state directory, and how files there are written.

Folders are 0700 and files 0600. A file that must be whole or absent is written
beside its place, synced, renamed, and its folder synced.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner.model.errors import StateUnavailableError
from runner.model.run import run_month

if TYPE_CHECKING:
    from io import FileIO

NETWORK_FILESYSTEMS = frozenset(
    {
        "9p",
        "afpfs",
        "afs",
        "ceph",
        "cifs",
        "fuse.sshfs",
        "glusterfs",
        "lustre",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
        "webdav",
    }
)
"""SQLite's WAL and flock cannot be trusted on these."""


class StateDir:
    """The paths of one project's state."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.index = root / "index.db"
        self.runner_lock = root / "runner.lock"
        self.control = root / "control.jsonl"
        self.base_environment = root / "environment.json"
        self.resident_lock = root / "resident.lock"
        self.worker_log = root / "worker.log"
        self.driver_log = root / "driver.log"
        self.runs = root / "runs"

    def prepare(self) -> None:
        """Make the folder with its .gitignore, or say why it cannot be used."""
        try:
            ignore = self.root / ".gitignore"
            if not ignore.exists():
                refuse_network(self.root)
                self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_file(ignore, b"*\n")
        except OSError as error:
            message = f"cannot use the state directory {self.root}: {error.strerror}"
            raise StateUnavailableError(
                message, hint="Make it writable or set another `state_dir`."
            ) from error

    def has_lost_index(self) -> bool:
        """Whether there were runs, and the index that knew of them is gone."""
        return self.runs.exists() and not self.index.exists()

    def run_folder(self, job_id: str, run_id: str) -> RunFolder:
        return RunFolder(self.runs / job_id / run_month(run_id) / run_id)


class RunFolder:
    """The paths of one run's artifacts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @functools.cached_property
    def lock(self) -> Path:
        return self.path / "run.lock"

    @functools.cached_property
    def receipt(self) -> Path:
        return self.path / "run_receipt.json"

    @functools.cached_property
    def summary(self) -> Path:
        return self.path / "summary.md"

    @functools.cached_property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @functools.cached_property
    def stdout(self) -> Path:
        return self.path / "stdout.log"

    @functools.cached_property
    def stderr(self) -> Path:
        return self.path / "stderr.log"

    @functools.cached_property
    def agent_log(self) -> Path:
        return self.path / "agent.log"

    @property
    def said(self) -> Path:
        """What the run wrote for people: an agent's stdout is for programs."""
        return self.agent_log if self.agent_log.exists() else self.stdout

    @functools.cached_property
    def manifest(self) -> Path:
        return self.path / "manifest.json"

    @functools.cached_property
    def prompt(self) -> Path:
        return self.path / "prompt.md"

    @functools.cached_property
    def role(self) -> Path:
        return self.path / "role"

    @functools.cached_property
    def processes(self) -> Path:
        return self.path / "processes.jsonl"

    @functools.cached_property
    def result(self) -> Path:
        return self.path / "result.json"

    def make(self) -> None:
        """Make the folder and its parents, all of them private."""
        try:
            os.mkdir(self.path, 0o700)  # noqa: PTH102  hot
        except FileExistsError:
            return
        except FileNotFoundError:
            for folder in (*reversed(self.path.parents[:3]), self.path):
                folder.mkdir(0o700, exist_ok=True)


def open_regular(path: Path) -> FileIO:
    """Open a file of a run folder for reading.

    A job may have put anything in its place: a FIFO would block for ever, a link
    lead elsewhere. Raises OSError for what is no regular file.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "no regular file", str(path))
    return os.fdopen(descriptor, "rb", buffering=0)


def read_regular(path: Path) -> bytes:
    """The content of a file of a run folder. Raises OSError as `open_regular` does."""
    with open_regular(path) as file:
        return file.readall()


def write_file(path: Path, content: bytes) -> None:
    """Write a private file in one go; it may be torn by a crash."""
    descriptor = open_own(path, os.O_TRUNC)
    try:
        _write_all(descriptor, content)
    finally:
        os.close(descriptor)


def write_durably(path: Path, content: bytes) -> None:
    """Write a private file that is whole or absent, and stays after a power cut."""
    temporary = path.with_name(f".{path.name}.new")
    descriptor = open_own(temporary, os.O_TRUNC)
    try:
        _write_all(descriptor, content)
        sync(descriptor)
    finally:
        os.close(descriptor)
    if path.is_dir():
        _make_way(path)
    os.rename(temporary, path)  # noqa: PTH104  hot
    sync_folder(path.parent)


def open_own(path: Path, mode: int) -> int:
    """Open a file of ours for writing, with O_TRUNC or O_APPEND as its mode.

    A job may have put a link, a FIFO or a folder in its place: that is moved aside,
    never written to.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    flags |= mode
    try:
        return os.open(path, flags, 0o600)
    except OSError:
        if not os.path.lexists(path):
            raise
        _make_way(path)
        return os.open(path, flags, 0o600)


def _make_way(path: Path) -> None:
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.odd-{number}")):
        number += 1
    path.rename(aside)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def sync(descriptor: int) -> None:
    """Put a file's content on the disk itself; on macOS fsync alone does not."""
    if sys.platform == "darwin":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def refuse_network(path: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Raise StateUnavailableError where the path is on a network file system."""
    kind = filesystem_of(path, mounts)
    if kind in NETWORK_FILESYSTEMS:
        message = f"the state directory {path} is on a network file system ({kind})"
        raise StateUnavailableError(
            message, hint="Set `state_dir` to a folder on a local disk."
        )


def filesystem_of(path: Path, mounts: Path) -> str:
    """The type of the file system that holds a path, by the longest mount point."""
    best, kind = "", ""
    resolved = str(path.resolve())
    for point, name in _mounts(mounts):
        inside = resolved == point or resolved.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind


def _mounts(mounts: Path) -> list[tuple[str, str]]:
    """(mount point, type) pairs: from the kernel's list, else by psutil."""
    if mounts.exists():
        lines = [line.split() for line in mounts.read_bytes().splitlines()]
        return [(_unescaped(words[1]), os.fsdecode(words[2])) for words in lines]
    import psutil

    return [(part.mountpoint, part.fstype) for part in psutil.disk_partitions(all=True)]


def _unescaped(word: bytes) -> str:
    """A mount point: blanks and the like are written as octal escapes."""
    octal = re.compile(rb"\\([0-7]{3})")
    return os.fsdecode(octal.sub(lambda match: bytes([int(match[1], 8)]), word))
