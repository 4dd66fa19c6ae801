"""What happened in the project of the pictures, told always the same."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

from runner.model.instants import utc_text
from runner.model.receipt import ErrorEnvelope
from runner.model.run import OUTCOME_MARKS, RunStatus, Trigger
from tests.helpers.still import at

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = at("2026-10-24 14:20")
"""A Saturday, 16:20 in Berlin: in the night the clock goes back."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400
BUSY_SINCE = at("2026-10-24 14:00")
"""Since then log_bug_hunter runs; an hour before, it could not."""

FIRST_SEEN = NOW - 60 * DAY


class Lived(NamedTuple):
    """How a job's runs went: a letter for each, the last of them at `last`.

    Seconds: `gap` from one to the next, `took` about.
    """

    job_id: str
    ends: str
    last: int
    gap: int
    took: int
    role: str = "admin"
    cost: float | None = None
    trigger: Trigger = Trigger.SCHEDULE


class Deed(NamedTuple):
    """One run that has ended."""

    of: Lived
    at: int
    took_ms: int
    status: RunStatus


LIVES = (
    Lived("log_bug_hunter", "sssfssssssssfsssssss", BUSY_SINCE - 2 * HOUR, HOUR, 190, "member", 0.11),
    Lived("memory_review", "ssss", at("2026-10-19 16:00"), 2 * DAY, 1_460, cost=0.84),
    Lived("youtube_sync", "sssssfsssssssssssfff", at("2026-10-24 04:00"), DAY, 41, "member"),
    Lived("thumbnails", "ssskssskssssk", at("2026-10-24 12:00"), 6 * HOUR, 95),
    Lived("backup_photos", "ssssssst", at("2026-10-24 00:30"), DAY, 600),
    Lived("mirror_sync", "sssl", at("2026-10-24 07:00"), 12 * HOUR, 70),
    Lived("invoice_check", "ssc", at("2026-10-22 07:00"), 3 * DAY, 12, trigger=Trigger.CONSOLE),
    Lived("weekly_digest", "ssss", at("2026-10-23 07:00"), 7 * DAY, 4),
    Lived("old_reports", "s", at("2026-09-12 04:00"), DAY, 2),
    Lived("tidy_downloads", "ssssssssssss", at("2026-10-23 16:00"), DAY, 1),
    Lived("disk_report", "ssssssssssssssssssss", at("2026-10-24 12:00"), 6 * HOUR, 3),
    Lived("wide_letters", "ss", at("2026-10-23 21:45"), DAY, 9),
    Lived("odd_letters", "s", at("2026-10-24 00:15"), DAY, 9, trigger=Trigger.CATCH_UP),
)  # fmt: skip

KILLED = "k"
"""Beside OUTCOME_MARKS: failed by a signal."""


class End(NamedTuple):
    exit_code: int | None
    signal: int | None
    error: ErrorEnvelope | None


ENDS = {
    "s": End(0, None, None),
    "f": End(1, None, ErrorEnvelope("job_execution_failed", "exit code 1")),
    KILLED: End(
        None,
        9,
        ErrorEnvelope(
            "job_execution_failed", "killed by SIGKILL", "Perhaps memory ran out."
        ),
    ),
    "t": End(None, 15, ErrorEnvelope("job_timeout", "took longer than 10m")),
    "c": End(None, 15, None),
    "l": End(None, None, ErrorEnvelope("job_lost", "its worker was gone")),
}


def deeds(of: Lived) -> Iterator[Deed]:
    marks = {letter: status for status, letter in OUTCOME_MARKS.items()}
    marks[KILLED] = RunStatus.FAILED
    for n, letter in enumerate(reversed(of.ends)):
        share = 60 + _number(f"{of.job_id} {n}") % 80
        took_ms = of.took * share * 10
        yield Deed(of, of.last - n * of.gap, took_ms, marks[letter])


def letter_of(deed: Deed) -> str:
    letter = OUTCOME_MARKS[deed.status]
    return KILLED if letter == "f" and KILLED in deed.of.ends else letter


def run_id(job_id: str, at: int) -> str:
    """As the engine makes them, but always the same."""
    stamp = utc_text(at).translate({ord("-"): None, ord(":"): None})
    return f"{stamp}-{digest(job_id)[:6]}"


def digest(text: str) -> str:
    """Sixty-four hexadecimal digits that are always the same for a text."""
    return "".join(f"{_number(f'{n} {text}'):08x}" for n in range(8))


def _number(text: str) -> int:
    return zlib.crc32(text.encode())
