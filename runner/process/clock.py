"""The three clocks that the engine reads, in integer milliseconds.

Wall time follows the calendar and may be set. Awake time stands still while the
machine sleeps; continuous time does not. Neither is ever set, and both begin anew
at boot.
"""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import Protocol

if sys.platform == "linux":
    _AWAKE, _CONTINUOUS = time.CLOCK_MONOTONIC, time.CLOCK_BOOTTIME
elif sys.platform == "darwin":
    _AWAKE, _CONTINUOUS = time.CLOCK_UPTIME_RAW, time.CLOCK_MONOTONIC_RAW
else:
    _AWAKE = _CONTINUOUS = time.CLOCK_MONOTONIC


_ZONE_DATA = (
    Path("/usr/share/zoneinfo/tzdata.zi"),
    Path("/var/db/timezone/zoneinfo/+VERSION"),
)


class Clock(Protocol):
    """What the engine asks of a clock; tests bring one they can set."""

    def wall_ms(self) -> int: ...

    def awake_ms(self) -> int: ...

    def continuous_ms(self) -> int: ...

    def sleep(self, ms: int) -> None: ...


class SystemClock:
    """The machine's own clocks."""

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def awake_ms(self) -> int:
        return time.clock_gettime_ns(_AWAKE) // 1_000_000

    def continuous_ms(self) -> int:
        return time.clock_gettime_ns(_CONTINUOUS) // 1_000_000

    def sleep(self, ms: int) -> None:
        time.sleep(max(ms, 0) / 1000)


def zone_data_stamp() -> str:
    """Changes when the machine's zone data is replaced."""
    for path in _ZONE_DATA:
        with contextlib.suppress(OSError):
            return str(path.stat().st_mtime_ns)
    return ""


def system_timezone(tz: str | None, localtime: Path = Path("/etc/localtime")) -> str:
    """The machine's IANA zone: the variable `TZ`, else where `localtime` points."""
    if tz and tz.lstrip(":") and "/" not in tz.lstrip(":")[:1]:
        return tz.lstrip(":")
    for marker in ("zoneinfo/posix/", "zoneinfo/"):
        _, found, name = str(localtime.resolve()).partition(marker)
        if found and name:
            return name
    return "UTC"
