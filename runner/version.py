"""The version of the program, and of what its answers depend on."""

from __future__ import annotations

import contextlib
import os

__version__ = "0.1.0"

_ZONE_DATA = ("/usr/share/zoneinfo/tzdata.zi", "/var/db/timezone/zoneinfo/+VERSION")


def versions() -> str:
    """Program and zone data: what a fingerprint of the configuration must include."""
    parts = [__version__]
    for path in _ZONE_DATA:
        with contextlib.suppress(OSError):
            parts.append(str(os.stat(path).st_mtime_ns))  # noqa: PTH116  hot
    return ":".join(parts)
