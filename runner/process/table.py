"""The machine's processes, seen once: who is whose child, in which session.

Two readers of one shape: /proc on Linux, psutil elsewhere (it works on Linux too,
which is how it is tested).
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from runner.process.identity import start_portable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FileKey = tuple[int, int]
"""A file by (device, inode)."""


_OUTPUT = (1, 2)


class ProcessInfo(NamedTuple):
    """A living process. `started` is as in `identity.Identity`."""

    pid: int
    parent: int
    group: int
    session: int
    started: int
    command: str


class ProcessTable(Protocol):
    """How to look at processes; one that is gone has nothing to show."""

    def processes(self) -> dict[int, ProcessInfo]:
        """Every living process by pid; zombies are left out."""
        ...

    def children(self, pid: int) -> list[int]:
        """The direct children, zombies included."""
        ...

    def variable(self, pid: int, name: str) -> str | None:
        """The value of an environment variable that it was started with."""
        ...

    def writes_to(self, pid: int, files: Iterable[FileKey]) -> bool:
        """Whether it has one of these files open for writing."""
        ...


class ProcTable:
    """Reads /proc."""

    def __init__(self) -> None:
        # Left out of some kernels and sandboxes; the parents tell the same, slower.
        self._lists_children = Path("/proc/thread-self/children").exists()

    def processes(self) -> dict[int, ProcessInfo]:
        return {info.pid: info for info in map(self._read, self._pids()) if info}

    def children(self, pid: int) -> list[int]:
        if not self._lists_children:
            return [
                info.pid for info in self.processes().values() if info.parent == pid
            ]
        found: list[int] = []
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208  hot
                with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:  # noqa: PTH123
                    found += map(int, file.read().split())
        return found

    def variable(self, pid: int, name: str) -> str | None:
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return None
        prefix = name.encode() + b"="
        for entry in environment.split(b"\0"):
            if entry.startswith(prefix):
                return entry.removeprefix(prefix).decode("utf-8", "replace")
        return None

    def writes_to(self, pid: int, files: Iterable[FileKey]) -> bool:
        wanted = set(files)
        with contextlib.suppress(OSError):
            for number in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208
                with contextlib.suppress(OSError):
                    status = Path(f"/proc/{pid}/fd/{number}").stat()
                    info = Path(f"/proc/{pid}/fdinfo/{number}")
                    if (status.st_dev, status.st_ino) in wanted and _writable(info):
                        return True
        return False

    def _pids(self) -> Iterator[int]:
        return (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208

    def _read(self, pid: int) -> ProcessInfo | None:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
                stat = file.read()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None
        end = stat.rindex(b")")
        fields = stat[end + 2 :].split()
        if fields[0] in b"ZX":
            return None
        parent, group, session = map(int, fields[1:4])
        name = stat[stat.index(b"(") + 1 : end].decode("utf-8", "replace")
        return ProcessInfo(pid, parent, group, session, int(fields[19]), name)


class PsutilTable:
    """Asks psutil: best effort, as macOS hides the environment of system programs."""

    def processes(self) -> dict[int, ProcessInfo]:
        import psutil

        found: dict[int, ProcessInfo] = {}
        for pid in psutil.pids():
            with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
                started = start_portable(pid)
                process = psutil.Process(pid)
                if started is not None:
                    found[pid] = ProcessInfo(
                        pid,
                        process.ppid(),
                        os.getpgid(pid),
                        os.getsid(pid),
                        started,
                        process.name(),
                    )
        return found

    def children(self, pid: int) -> list[int]:
        import psutil

        with contextlib.suppress(psutil.Error):
            return [child.pid for child in psutil.Process(pid).children()]
        return []

    def variable(self, pid: int, name: str) -> str | None:
        import psutil

        with contextlib.suppress(psutil.Error, OSError):
            return psutil.Process(pid).environ().get(name)
        return None

    def writes_to(self, pid: int, files: Iterable[FileKey]) -> bool:
        import psutil

        wanted = set(files)
        with contextlib.suppress(psutil.Error, OSError):
            for opened in psutil.Process(pid).open_files():
                # macOS does not tell how a file is open: there, output it is.
                mode = getattr(opened, "mode", "")
                reading = mode == "r" if mode else opened.fd not in _OUTPUT
                with contextlib.suppress(OSError):
                    status = Path(opened.path).stat()
                    if (status.st_dev, status.st_ino) in wanted and not reading:
                        return True
        return False


def _writable(info: Path) -> bool:
    """Whether /proc/PID/fdinfo/N says that the file is open for writing."""
    for line in info.read_text("ascii").splitlines():
        if line.startswith("flags:"):
            flags = int(line.removeprefix("flags:"), 8)
            return flags & os.O_ACCMODE != os.O_RDONLY
    return False


def process_table() -> ProcessTable:
    return ProcTable() if sys.platform == "linux" else PsutilTable()
