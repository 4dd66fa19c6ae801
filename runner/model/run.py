"""Runs and attempts: their states, what may follow what, and how they are named.

Kept free of third-party imports: a tick with nothing to do loads this module.
"""

from __future__ import annotations

import functools
import math
import re
import secrets
from datetime import UTC, datetime
from enum import StrEnum


class Trigger(StrEnum):
    """Why a run exists."""

    SCHEDULE = "schedule"
    CATCH_UP = "catch_up"
    MANUAL = "manual"
    CONSOLE = "console"
    REPLAY = "replay"
    BOARD = "board"


class RunStatus(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRY_WAIT = "retry_wait"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        return not TRANSITIONS[self]


TRANSITIONS: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset(
        # Lost: it was claimed before a power cut that undid the claim.
        {RunStatus.RUNNING, RunStatus.CANCELLED, RunStatus.LOST}
    ),
    RunStatus.RUNNING: frozenset(
        {
            RunStatus.RETRY_WAIT,
            RunStatus.SUCCEEDED,
            RunStatus.FAILED,
            RunStatus.TIMED_OUT,
            RunStatus.CANCELLED,
            RunStatus.LOST,
        }
    ),
    RunStatus.RETRY_WAIT: frozenset({RunStatus.RUNNING, RunStatus.CANCELLED}),
    RunStatus.SUCCEEDED: frozenset(),
    RunStatus.FAILED: frozenset(),
    RunStatus.TIMED_OUT: frozenset(),
    RunStatus.CANCELLED: frozenset(),
    RunStatus.LOST: frozenset(),
}
"""The one table that says what may follow what."""

ACTIVE = tuple(status for status in RunStatus if not status.ended)
"""Of runs that have not ended."""

OUTCOME_MARKS: dict[RunStatus, str] = {
    RunStatus.SUCCEEDED: "s",
    RunStatus.FAILED: "f",
    RunStatus.TIMED_OUT: "t",
    RunStatus.CANCELLED: "c",
    RunStatus.LOST: "l",
}
"""One letter per way to end, for the string of a job's last outcomes."""

_DURATION_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def duration_mark(milliseconds: int | None) -> str:
    """A letter for a duration, good to a fifth: for the string of a job's last ones."""
    steps = round(2 * math.log2(max(milliseconds or 0, 1)))
    return _DURATION_LETTERS[min(steps, len(_DURATION_LETTERS) - 1)]


def duration_of(mark: str) -> int:
    """The milliseconds that a letter stands for."""
    return round(2 ** (_DURATION_LETTERS.index(mark) / 2))


@functools.lru_cache(maxsize=4096)
def usual_ms(outcomes: str, durations: str) -> int | None:
    """The median duration of the runs that went well; None where there was none.

    Both strings have a letter for each run, the latest last.
    """
    good = OUTCOME_MARKS[RunStatus.SUCCEEDED]
    paired = zip(reversed(outcomes), reversed(durations), strict=False)
    taken = sorted(duration_of(length) for mark, length in paired if mark == good)
    return taken[len(taken) // 2] if taken else None


_RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]{6}")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: no i, l, o, u


def new_run_id(queued_ms: int) -> str:
    """A name that sorts by the time the run was queued: `20261120T060000Z-7f3k9q`."""
    stamp = datetime.fromtimestamp(queued_ms // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{stamp}-{''.join(secrets.choice(_ALPHABET) for _ in range(6))}"


def is_run_id(text: str) -> bool:
    return _RUN_ID.fullmatch(text) is not None


def run_month(run_id: str) -> str:
    """The `yyyy-mm` folder that holds the run."""
    return f"{run_id[:4]}-{run_id[4:6]}"
