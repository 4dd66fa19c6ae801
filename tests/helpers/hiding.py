"""Processes that hide from whoever looks for them, by `hide.py`."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING

from tests.helpers.processes import python_program
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WAYS = ("double", "setsid", "clean", "deaf", "closed")
HIDEOUTS = tuple(
    "+".join(ways) or "plain"
    for ways in chain.from_iterable(
        combinations(WAYS, number) for number in range(len(WAYS) + 1)
    )
)
"""Every combination of ways to hide: 32 processes that want to outlive their parent."""


def hiding(*, stay: bool, hideouts: Sequence[str] = HIDEOUTS) -> list[str]:
    """The argv of a program that leaves these behind, and stays or goes."""
    argv = [*python_program("hide.py"), "pids", "stay" if stay else "go"]
    return [*argv, *hideouts]


def hidden(root: Path) -> list[int]:
    """Their pids, once all are in place, in the order of the hideouts."""
    path = root / "pids"
    wait_until(path.exists, "the processes to hide")
    return [int(line) for line in path.read_text("utf-8").split()]
