"""Wait for a condition, never for a duration."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
"""Far above what anything needs, so that a busy machine fails no test."""

INTERVAL_SECONDS, LONGEST_SECONDS = 0.01, 0.1
REST = 4
"""How many times as long as a look took the next one is waited for: what is waited for
needs the processors more than looking does."""


def wait_until(
    condition: Callable[[], T | None], what: str, *, within: float = PATIENCE_SECONDS
) -> T:
    """The first true value of `condition`; AssertionError naming `what` if none came."""
    began = time.monotonic()
    deadline = began + within
    while not (value := condition()):
        looked = time.monotonic()
        assert looked < deadline, f"still waiting for {what}"
        rest = max(REST * (looked - began), INTERVAL_SECONDS)
        time.sleep(min(rest, LONGEST_SECONDS))
        began = time.monotonic()
    return value
