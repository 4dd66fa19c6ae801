"""Wait for a condition, never for a duration."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
"""Far above what anything needs, so that a busy machine fails no test."""

INTERVAL_SECONDS = 0.01


def wait_until(
    condition: Callable[[], T | None], what: str, *, within: float = PATIENCE_SECONDS
) -> T:
    """The first true value of `condition`; AssertionError naming `what` if none came."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still waiting for {what}"
        time.sleep(INTERVAL_SECONDS)
    return value
