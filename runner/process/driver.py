"""Who calls this process: told cheaply, as every tick asks."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING

from runner.process.environment import DRIVER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ANCESTORS = 4
"""A job of cron is cron's grandchild: below a child of its own, and a shell."""


class Driver(StrEnum):
    """What a tick may be called by."""

    LAUNCHD = "launchd"
    SYSTEMD = "systemd"
    CRON = "cron"
    RESIDENT = "resident"
    TERMINAL = "terminal"
    OTHER = "other"


REGULAR = frozenset({Driver.LAUNCHD, Driver.SYSTEMD, Driver.CRON, Driver.RESIDENT})
"""Who calls again and again; others call when it suits them."""


def driver_here(environment: Mapping[str, str]) -> Driver:
    """The driver of this process, which was started with this environment."""
    on_linux = sys.platform == "linux"
    ancestors = ancestor_names(os.getppid()) if on_linux else ()
    return driver_of(environment, terminal=os.isatty(0), ancestors=ancestors)


def driver_of(
    environment: Mapping[str, str], *, terminal: bool, ancestors: Iterable[str]
) -> Driver:
    """The driver by what it leaves behind; ancestors are looked at last.

    launchd gives every process of a session the name "0" for the service it is not.
    """
    named = environment.get(DRIVER_VARIABLE)
    if named:
        return Driver(named) if named in {*Driver} else Driver.OTHER
    if terminal:
        return Driver.TERMINAL
    if environment.get("XPC_SERVICE_NAME", "") not in {"", "0"}:
        return Driver.LAUNCHD
    if environment.get("INVOCATION_ID"):
        return Driver.SYSTEMD
    by_cron = any("cron" in name.lower() for name in ancestors)
    return Driver.CRON if by_cron else Driver.OTHER


def ancestor_names(pid: int, most: int = _ANCESTORS) -> Iterator[str]:
    """The command names of a process and those above it, by /proc."""
    while pid > 1 and most > 0:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123  hot
                stat = file.read()
        except OSError:
            return
        end = stat.rindex(b")")
        yield stat[stat.index(b"(") + 1 : end].decode("utf-8", "replace")
        pid, most = int(stat[end + 4 :].split(maxsplit=1)[0]), most - 1
