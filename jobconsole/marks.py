"""Shape first, colour second: the mark in front of a job or a run."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from runner.model.run import RunStatus
from runner.model.views import JobState, JobView


class Style(StrEnum):
    """What a text means, for whoever knows how that looks."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    GOOD = "good"
    BAD = "bad"
    BUSY = "busy"
    ODD = "odd"


class Mark(NamedTuple):
    """One character, the same for terminals without Unicode, and its colour."""

    shape: str
    ascii: str
    style: Style


QUEUED = Mark("…", "~", Style.BUSY)
RUNNING = Mark("▶", ">", Style.BUSY)
RETRYING = Mark("↻", "r", Style.ODD)
GOOD = Mark("✓", "+", Style.GOOD)
BAD = Mark("✗", "x", Style.BAD)
STOPPED = Mark("■", "#", Style.ODD)
UNKNOWN = Mark("?", "?", Style.BAD)

RUNS: dict[RunStatus, Mark] = {
    RunStatus.QUEUED: QUEUED,
    RunStatus.RUNNING: RUNNING,
    RunStatus.RETRY_WAIT: RETRYING,
    RunStatus.SUCCEEDED: GOOD,
    RunStatus.FAILED: BAD,
    RunStatus.TIMED_OUT: BAD,
    RunStatus.CANCELLED: STOPPED,
    RunStatus.LOST: UNKNOWN,
}

HELD = Mark("‖", "=", Style.ODD)
WARNING = Mark("!", "!", Style.ODD)
DECLINED = Mark("○", "o", Style.ODD)
NEVER_RAN = Mark("·", ".", Style.FAINT)
JOBS: dict[JobState, Mark] = {
    JobState.IDLE: NEVER_RAN,
    JobState.QUEUED: QUEUED,
    JobState.RUNNING: RUNNING,
    JobState.RETRY_WAIT: RETRYING,
    JobState.INVALID: Mark("!", "!", Style.BAD),
    JobState.DISABLED: Mark("—", "-", Style.FAINT),
    JobState.PAUSED: HELD,
    JobState.HELD: HELD,
}


def job_mark(view: JobView) -> Mark:
    """An idle job is known by how its last run ended."""
    if view.state is JobState.IDLE and view.last_run is not None:
        return RUNS[view.last_run.status]
    return JOBS[view.state]
