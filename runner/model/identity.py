"""Which process is meant: never a pid alone.

Kept free of third-party imports: a tick with nothing to do loads this module.
"""

from __future__ import annotations

from typing import NamedTuple


class Identity(NamedTuple):
    """One process of one boot.

    `started` counts kernel clock ticks since boot on Linux and microseconds since
    the epoch elsewhere: only equality means anything.
    """

    pid: int
    started: int
    boot: str
