"""Debian's own cron, with a spool and an /etc that nobody else sees."""

from __future__ import annotations

import contextlib
import functools
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from launchd.machine import Machine
from runner.process.environment import current
from runner.process.spawn import Launch, spawn_child
from tests.helpers.processes import finish
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

SPOOL = Path("/var/spool/cron/crontabs")
PROGRAMS = ("crontab", "cron", "unshare", "nsenter", "setpriv")
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
TRIAL_SECONDS = 20

_UNSHARE = (
    *("unshare", "--mount", "--propagation", "private"),
    *("--pid", "--fork", "--kill-child", "--mount-proc"),
)
# Ends with its standard input, and all that is in there ends with it.
_INSIDE = f"""
set -eu
mount -t tmpfs -o mode=1730,gid=crontab tmpfs {SPOOL}
mount -t tmpfs tmpfs /run
mkdir etc
cp -a /etc/. etc
rm -rf etc/crontab etc/cron.d
mount --bind etc /etc
"""
# The last thing that it makes when it starts, after a first look into the spool.
_START = """
cron
until [ -e /run/crond.reboot ]; do sleep 0.01; done
"""
_WAIT = ": >ready; read -r line"


class CronPlace(NamedTuple):
    """`pid` has the namespaces; `bin` holds a `crontab` that works in there."""

    folder: Path
    pid: int

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    def machine(self, home: Path) -> Machine:
        """For root, whose crontab in here is nobody else's."""
        environment = {
            "PATH": f"{self.bin}:{SYSTEM_PATH}",
            "CRONTAB_NOHEADER": "N",  # asks Debian's to list three lines of its own too
        }
        return Machine(home, uid=0, user="root", environment=environment)

    def inside(self, *argv: str) -> list[str]:
        """The command that runs another one in there."""
        return ["nsenter", "--target", str(self.pid), "--mount", "--", *argv]

    def crontab(self) -> bytes | None:
        """As it is on the disk, without the lines that Debian puts first."""
        ended = subprocess.run(
            self.inside("cat", str(SPOOL / "root")), capture_output=True, check=False
        )
        if ended.returncode != 0:
            return None
        return ended.stdout.split(b"\n", 3)[3]

    def write(self, crontab: bytes) -> None:
        """As a user does."""
        subprocess.run(self.inside("crontab", "-"), input=crontab, check=True)

    def wake(self) -> None:
        """Have the daemon look again.

        It compares whole seconds: of several changes within one, the last may be missed
        if it looks in between.
        """
        command = self.inside("touch", "--date", "1 hour", str(SPOOL))
        subprocess.run(command, check=True)

    def clear(self) -> None:
        command = f"rm -f {SPOOL}/* /etc/cron.allow /etc/cron.deny"
        subprocess.run(self.inside("sh", "-c", command), check=True)


@functools.cache
def why_no_cron() -> str:
    """Why cron cannot be had for a test; empty if it can."""
    if sys.platform != "linux":
        return "namespaces are Linux's"
    if os.geteuid() != 0:
        return "only root can give cron a spool of its own"
    missing = [
        name for name in PROGRAMS if shutil.which(name, path=SYSTEM_PATH) is None
    ]
    if missing:
        return f"not installed: {', '.join(missing)}"
    tried = subprocess.run(
        [*_UNSHARE, "true"],
        capture_output=True,
        text=True,
        check=False,
        timeout=TRIAL_SECONDS,
    )
    return tried.stderr.strip()


@contextlib.contextmanager
def cron_place(folder: Path, *, daemon: bool = False) -> Iterator[CronPlace]:
    """A cron of one's own, of which the daemon runs if asked for; skips without."""
    if reason := why_no_cron():
        pytest.skip(reason)
    folder.mkdir(parents=True)
    reading, writing = os.pipe()
    start = _START if daemon else ""
    with (folder / "place.log").open("wb") as log:
        launch = Launch(
            argv=(*_UNSHARE, "sh", "-c", f"{_INSIDE}{start}{_WAIT}"),
            cwd=folder,
            environment={**current(), "PATH": SYSTEM_PATH},
            stdin=reading,
            stdout=log.fileno(),
            stderr=log.fileno(),
            umask=0o022,
        )
        pid = spawn_child(launch)
    os.close(reading)
    place = CronPlace(folder, pid)
    try:
        wait_until((folder / "ready").exists, "the spool to be ready")
        # In there the way leads to the real one, not to here again.
        command = shlex.join(place.inside("env", f"PATH={SYSTEM_PATH}", "crontab"))
        program(place.bin / "crontab", f'exec {command} "$@"')
        yield place
    finally:
        os.close(writing)
        finish(pid)
    assert (folder / "place.log").read_text("utf-8") == ""


def program(path: Path, script: str) -> Path:
    """Make it a program of these lines."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path
