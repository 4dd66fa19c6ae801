"""What a Mac itself answers: launchctl's codes, clocks, its disk, the id of a boot.

`python3 docs/macos_machine.py`, or by macos_checks.py. It has launchd load a definition
that calls /usr/bin/true, and takes it out again; it needs nothing of jobconsole. Each
line says what was asked, what came, and whether the project counts on that.
"""

from __future__ import annotations

import fcntl
import os
import platform
import plistlib
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

UID = os.getuid()
LABEL = "jobconsole.probe-machine"
TARGET = f"gui/{UID}/{LABEL}"
DRAIN_SECONDS = 40


def main() -> int:
    """Ask everything; 1 where something is not as it was reported."""
    if platform.system() != "Darwin":
        sys.stderr.write("this is for macOS; here there is nothing to ask\n")
        return 2
    sys.stdout.write(f"macOS {platform.mac_ver()[0]} {platform.machine()}\n")
    wrong = False
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        try:
            for right, line in (*codes(Path(folder)), *the_rest(Path(folder))):
                wrong = wrong or not right
                sys.stdout.write(f"{'ok' if right else 'wrong':<10}{line}\n")
        finally:
            launchctl("enable", TARGET)
            launchctl("bootout", TARGET)
    return int(wrong)


def codes(folder: Path) -> Iterator[tuple[bool, str]]:
    """What launchctl answers, beside what launchd/refusals.py counts on."""
    path = folder / f"{LABEL}.plist"
    keys = {"Label": LABEL, "ProgramArguments": ["/usr/bin/true"]}
    path.write_bytes(plistlib.dumps(keys))
    path.chmod(0o664)
    load = ("bootstrap", f"gui/{UID}", str(path))
    yield expected("print", TARGET, among={113})
    yield expected("bootout", TARGET, among={3, 5, 113})
    yield expected("print", f"gui/{UID}", among={0})
    yield expected("print", "gui/4999", among={112, 113, 125})
    yield expected(*load, among={5, 122}, note="others can write it")
    path.chmod(0o644)
    yield expected("bootstrap", f"user/{UID}", str(path), among={5, 134})
    yield expected("disable", TARGET, among={0})
    yield expected("print-disabled", f"user/{UID}", among={0})
    yield expected(*load, among={5, 119}, note="it is disabled")
    yield expected("enable", TARGET, among={0})
    yield expected(*load, among={0})
    yield expected("print", TARGET, among={0})
    yield expected(*load, among={5, 17, 37}, note="it is loaded")
    yield expected("bootout", TARGET, among={0, 36})
    yield expected(*load, among={0, 5, 36, 37}, note="it may be draining")
    yield drained()
    listed = asked("launchctl", "print-disabled", f"user/{UID}")
    found = [line.strip() for line in listed.splitlines() if LABEL in line]
    yield True, f"what is remembered of it: {found}"


def drained() -> tuple[bool, str]:
    """How long launchd takes to forget a label."""
    launchctl("bootout", TARGET)
    start = time.monotonic()
    while (code := launchctl("print", TARGET)) == 0:
        if time.monotonic() - start > DRAIN_SECONDS:
            break
        threading.Event().wait(0.1)
    return code == 113, f"drained after {time.monotonic() - start:.1f} s"


def expected(*words: str, among: set[int], note: str = "") -> tuple[bool, str]:
    """Whether one of these codes came."""
    code = launchctl(*words)
    wanted = " or ".join(map(str, sorted(among)))
    because = f" ({note})" if note else ""
    return code in among, f"launchctl {' '.join(words)}{because}: {code}; {wanted}"


def the_rest(folder: Path) -> Iterator[tuple[bool, str]]:
    """Clocks, disk and boot."""
    names = ("CLOCK_UPTIME_RAW", "CLOCK_MONOTONIC_RAW")
    clocks = [getattr(time, name, None) for name in names]
    yield None not in clocks, f"{' and '.join(names)}: {clocks}"
    read = [time.clock_gettime(clock) for clock in clocks if clock is not None]
    yield read == sorted(read), f"awake and continuous since boot, in seconds: {read}"
    synced = getattr(fcntl, "F_FULLFSYNC", None)
    with (folder / "synced").open("wb") as file:
        answer = fcntl.fcntl(file.fileno(), synced) if synced else None
    yield answer == 0, f"F_FULLFSYNC ({synced}): {answer}"
    boot = asked("sysctl", "-n", "kern.bootsessionuuid").strip()
    yield len(boot) == 36, f"kern.bootsessionuuid: {boot}"
    yield True, f"backups: {asked('tmutil', 'isexcluded', str(folder)).strip()}"


def launchctl(*words: str) -> int:
    """Its exit code."""
    return subprocess.run(
        ("launchctl", *words), capture_output=True, timeout=60, check=False
    ).returncode


def asked(*argv: str) -> str:
    """What a command prints."""
    return subprocess.run(
        argv, capture_output=True, text=True, timeout=60, check=False
    ).stdout


if __name__ == "__main__":
    sys.exit(main())
