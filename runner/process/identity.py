"""Which process a pid means: boot id plus kernel start time, never a pid alone."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

from runner.model.identity import Identity

ON_LINUX: bool = sys.platform == "linux"


def own_identity() -> Identity:
    pid = os.getpid()
    return Identity(pid, start_of(pid) or 0, boot_id())


def identity_of(pid: int) -> Identity | None:
    """The living process that has this pid now; a zombie counts as dead."""
    started = start_of(pid)
    return None if started is None else Identity(pid, started, boot_id())


def is_alive(identity: Identity) -> bool:
    return identity.boot == boot_id() and start_of(identity.pid) == identity.started


def start_of(pid: int) -> int | None:
    """When the kernel started this process, or None where none lives."""
    return _start_linux(pid) if ON_LINUX else start_portable(pid)


@functools.cache
def boot_id() -> str:
    """A name for this boot of the machine."""
    if ON_LINUX:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return _boot_session_darwin() or boot_portable()


def _start_linux(pid: int) -> int | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123  hot
            stat = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in parentheses may hold anything, parentheses and spaces too.
    fields = stat[stat.rindex(b")") + 2 :].split()
    return None if fields[0] in b"ZX" else int(fields[19])


def start_portable(pid: int) -> int | None:
    """As `start_of`, by psutil.

    Only macOS depends on it: there the kernel keeps the start as a fixed time stamp,
    while on Linux psutil's moves with the wall clock.
    """
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return int(process.create_time() * 1_000_000)
    except psutil.Error:
        return None


def boot_portable() -> str:
    """As `boot_id`, by psutil: good to a minute, as the wall clock may be slewed."""
    import psutil

    return f"boot-{round(psutil.boot_time() / 60)}"


def _boot_session_darwin() -> str | None:
    import ctypes

    size = ctypes.c_size_t(64)
    value = ctypes.create_string_buffer(size.value)
    libc = ctypes.CDLL(None, use_errno=True)
    sysctl = getattr(libc, "sysctlbyname", None)
    if sysctl is None:
        return None
    failed = sysctl(b"kern.bootsessionuuid", value, ctypes.byref(size), None, 0)
    return None if failed else value.value.decode("ascii")
