"""What a process inherits there: variables, umask, limits, its zone, its cgroup."""

from __future__ import annotations

import os
import resource
import sys
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING

from jobconsole.doctor.facts import UNLIMITED, Process
from runner import __version__
from runner.process.cgroup import own_folder
from runner.process.clock import system_timezone
from runner.process.environment import is_usual, masked

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIMITS = {
    "open files": "RLIMIT_NOFILE",
    "processes": "RLIMIT_NPROC",
    "file size": "RLIMIT_FSIZE",
    "memory": "RLIMIT_AS",
    "CPU time": "RLIMIT_CPU",
    "core": "RLIMIT_CORE",
}


def look_at_process(environment: Mapping[str, str], platform: str) -> Process:
    zone = system_timezone(environment.get("TZ"))
    usual = {name: value for name, value in environment.items() if is_usual(name)}
    return Process(
        version=__version__,
        python=sys.executable,
        uid=os.getuid(),
        variables=masked(usual),
        umask=_umask(),
        limits=_limits(),
        zone=zone,
        zone_known=is_known(zone),
        cgroup=own_folder() is not None if platform == "linux" else None,
    )


def is_known(zone: str) -> bool:
    """Whether there is data for a zone. Old-style rules (`CET-1CEST`) have none."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


def _umask(status: Path = Path("/proc/self/status")) -> int | None:
    """By the kernel's word: to ask for it otherwise is to set it, for all threads."""
    try:
        lines = status.read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    value = next((it.split()[1] for it in lines if it.startswith("Umask:")), None)
    return int(value, 8) if value else None


def _limits() -> dict[str, int]:
    found = {}
    for name, constant in _LIMITS.items():
        number = getattr(resource, constant, None)
        if number is not None:
            soft = resource.getrlimit(number)[0]
            found[name] = UNLIMITED if soft == resource.RLIM_INFINITY else soft
    return found
