"""A cgroup v2 folder per run, where this process may make one.

It is the one net through which nothing escapes: neither a new session nor a clean
environment nor a closed descriptor takes a process out of its cgroup.
"""

from __future__ import annotations

import contextlib
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "jobconsole-"


class RunGroup:
    """The cgroup of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, run_id: str) -> RunGroup | None:
        """Make the run's folder, or None where cgroups are not ours to make."""
        own = own_folder()
        if own is None:
            return None
        group = cls(own / f"{_PREFIX}{run_id}")
        try:
            group.folder.mkdir(exist_ok=True)
        except OSError:
            return None
        return group

    @classmethod
    def at(cls, folder: str) -> RunGroup:
        """The group that an earlier process made there; it may be gone."""
        return cls(Path(folder))

    @contextlib.contextmanager
    def around(self) -> Iterator[None]:
        """Have this process inside while it starts a child.

        The child is born inside, and has no moment to fork its way out.
        """
        own = own_folder()
        _enter(self.folder)
        try:
            yield
        finally:
            if own is not None:
                _enter(own)

    def pids(self) -> list[int]:
        try:
            return [
                int(pid) for pid in (self.folder / "cgroup.procs").read_text().split()
            ]
        except OSError:
            return []

    def kill(self) -> None:
        """Kill everything inside at once, but never ourselves."""
        if os.getpid() in self.pids():
            return
        with contextlib.suppress(OSError):
            (self.folder / "cgroup.kill").write_bytes(b"1")

    def remove(self) -> bool:
        """Drop the folder; False while something still lives in it."""
        try:
            self.folder.rmdir()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True


def _enter(folder: Path) -> None:
    """Move this process; where that is forbidden it stays where it is."""
    with contextlib.suppress(OSError):
        (folder / "cgroup.procs").write_bytes(b"0")


def run_group_of(pid: int) -> str | None:
    """The name of the run's folder that a process is in, if it is in one."""
    try:
        memberships = Path(f"/proc/{pid}/cgroup").read_text("utf-8").splitlines()
    except OSError:
        return None
    for line in memberships:
        name = line.rpartition("/")[2]
        if line.startswith("0::") and name.startswith(_PREFIX):
            return name
    return None


@functools.cache
def own_folder() -> Path | None:
    """This process's own cgroup v2 folder, if it may make folders there."""
    try:
        memberships = Path("/proc/self/cgroup").read_text("ascii").splitlines()
        mounts = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    except OSError:
        return None
    inside = next((line[3:] for line in memberships if line.startswith("0::")), None)
    root = next((line.split()[1] for line in mounts if " cgroup2 " in line), None)
    if inside is None or root is None:
        return None
    folder = Path(root + inside)
    return folder if os.access(folder, os.W_OK | os.X_OK) else None
