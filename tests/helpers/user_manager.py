"""A real systemd user manager in namespaces of its own, and commands inside."""

from __future__ import annotations

import contextlib
import functools
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from launchd.machine import Machine
from tests.helpers.processes import finish, start
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

STAGE = Path(__file__).parents[1] / "lab" / "user_manager.sh"
UID = 12345
"""Nobody's number here; inside it is that of whoever runs the tests."""

USER = "operator"
SLICE = Path("user.slice") / f"user-{UID}.slice"
RUNTIME = f"/run/user/{UID}"
PATH = "/usr/local/bin:/usr/bin:/bin"
NAMESPACES = ("--mount", "--pid", "--cgroup")
MAKE = ("unshare", *NAMESPACES, "--fork", "--mount-proc", "--propagation", "private")
PLACES = (Path("/usr/lib/systemd/systemd"), Path("/lib/systemd/systemd"))
NEEDED = ("systemctl", "systemd-analyze", "unshare", "nsenter", "setpriv", "mount")
SECONDS = 60


class UserManager:
    """A running manager; `home` is its user's, at the same path inside and outside.

    `programs` is a folder for PATH whose `systemctl` asks this manager.
    """

    def __init__(self, folder: Path, cgroup: Path, pid: int) -> None:
        self.home = folder / "home"
        self.programs = folder / "programs"
        self._cgroup = cgroup
        self._pid = pid

    def inside(
        self, argv: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> list[str]:
        """The command that runs another one as the user, in a session of his own."""
        namespaces = (*NAMESPACES, "--user", "--preserve-credentials", "--wd=/")
        variables = {**self.environment, **(environment or {})}
        return [
            *("sh", "-c", 'echo $$ >"$0/cgroup.procs"; exec "$@"'),
            str(self._cgroup / SLICE / "session-1.scope"),
            *("nsenter", "--target", str(self._pid), *namespaces, "--", "env", "-i"),
            *(f"{name}={value}" for name, value in variables.items()),
            *argv,
        ]

    def run(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as the user, who has logged in; nothing else is inherited."""
        return subprocess.run(
            self.inside(argv, environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    @property
    def environment(self) -> dict[str, str]:
        """What a login gives its user."""
        return {
            "PATH": PATH,
            "HOME": str(self.home),
            "USER": USER,
            "LOGNAME": USER,
            "SHELL": "/bin/sh",
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": RUNTIME,
        }

    @property
    def machine(self) -> Machine:
        """As it looks from outside, where commands of the driver lead inside."""
        path = f"{self.programs}:{PATH}"
        environment = {"PATH": path, "HOME": str(self.home)}
        return Machine(self.home, os.getuid(), USER, environment)

    def pids_of(self, unit: str) -> list[int]:
        """The processes in a unit's cgroup and below it, by their numbers outside."""
        top = self._cgroup / SLICE / f"user@{UID}.service" / "app.slice" / unit
        pids: list[int] = []
        for folder, _, _ in os.walk(top):
            with contextlib.suppress(OSError):  # it goes with the last that was in it
                text = (Path(folder) / "cgroup.procs").read_text("ascii")
                pids.extend(map(int, text.split()))
        return pids


@functools.cache
def lacking() -> str:
    """Why there can be no manager here; empty where there can."""
    if sys.platform != "linux" or os.getuid() != 0:
        return "a systemd user manager of one's own needs Linux and root"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or not any(place.exists() for place in PLACES):
        return f"{', '.join(missing) or 'systemd'} is not installed"
    if not os.access(_cgroups(), os.W_OK):
        return f"no cgroup can be made in {_cgroups()}"
    for words in (
        (*MAKE, "mount", "-t", "cgroup2", "none", "/sys/fs/cgroup"),
        ("unshare", "--user", f"--map-user={UID}", "true"),
    ):
        tried = subprocess.run(words, capture_output=True, text=True, check=False)
        if tried.returncode != 0:
            return f"no namespaces: {tried.stderr.strip()}"
    return ""


@contextlib.contextmanager
def user_manager(folder: Path) -> Iterator[UserManager]:
    """A manager until the end, with all that it has started; skips where none can be."""
    if reason := lacking():
        pytest.skip(reason)
    (folder / "home").mkdir()
    cgroup = _cgroups() / f"user-manager-{os.getpid()}-{folder.name}"
    cgroup.mkdir()
    try:
        with _booted(folder, cgroup) as pid:
            manager = UserManager(folder, cgroup, pid)
            _lead_inside(manager, "systemctl")
            begun = manager.run(["systemctl", "--user", "is-system-running", "--wait"])
            assert begun.stdout.strip() in {"running", "degraded"}, begun
            yield manager
    finally:
        wait_until(lambda: _removed(cgroup), "the cgroups to be empty")


@contextlib.contextmanager
def _booted(folder: Path, cgroup: Path) -> Iterator[int]:
    """The first process of the manager's namespaces, by its number outside."""
    systemd = next(place for place in PLACES if place.exists())
    outside = start(
        [
            *("sh", "-c", 'echo $$ >"$0/cgroup.procs"; exec "$@"', str(cgroup)),
            # Whoever kills the tests has killed all of this too.
            *("setpriv", "--pdeathsig", "KILL"),
            *(*MAKE, "--kill-child", "sh", str(STAGE)),
            *(str(folder), str(UID), str(systemd)),
        ],
        Path("/"),
    )
    try:
        pid = wait_until(lambda: _first_inside(outside), "the manager's socket")
        yield pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(outside, signal.SIGKILL)
        finish(outside)


def _first_inside(outside: int) -> int | None:
    for child in psutil.Process(outside).children():
        socket = Path(f"/proc/{child.pid}/root{RUNTIME}/systemd/private")
        if socket.exists():
            return child.pid
    return None


def _lead_inside(manager: UserManager, name: str) -> None:
    """Put a command on PATH that runs inside, wherever it is called."""
    manager.programs.mkdir()
    program = manager.programs / name
    program.write_text(f'#!/bin/sh\nexec {shlex.join(manager.inside([name]))} "$@"\n')
    program.chmod(0o755)


def _cgroups() -> Path:
    """Where the machine has its cgroups of version 2."""
    for line in Path("/proc/self/mounts").read_text("utf-8").splitlines():
        if " cgroup2 " in line:
            return Path(line.split()[1])
    return Path("/sys/fs/cgroup/unified")


def _removed(cgroup: Path) -> bool:
    """Remove it from the leaves on; False while something lives in it."""
    folders = [Path(top) for top, _, _ in os.walk(cgroup, topdown=False)]
    try:
        for folder in folders:
            folder.rmdir()
    except OSError:
        return False
    return True
