"""Read models as the core would hand them out, with what a test wants to say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from runner.model.run import RunStatus, Trigger
from runner.model.system import Attendance
from runner.model.views import JobState, JobView, RunView
from widgets.pieces import as_pieces

if TYPE_CHECKING:
    from widgets.pieces import Piece, Pieces

NOW = 1_795_150_800

ATTENDANCE = Attendance(
    period=300,
    driver="launchd",
    last_ms=(NOW - 60) * 1000,
    next_ms=(NOW + 240) * 1000,
    overdue_ms=0,
    late_ms=(0,),
    resident=None,
    gaps=(),
)

"""Fri 2026-11-20 05:00:00 UTC."""

RUN_ID = "20261120T040000Z-7f3k9q"

_JOB = JobView(
    id="feed",
    kind="command",
    agent=None,
    schedule="every 1h",
    timezone="UTC",
    role=None,
    enabled=True,
    state=JobState.IDLE,
    next_at=NOW + 3600,
    last_run=None,
    lock=None,
    problem=None,
)
_RUN = RunView(
    seq=1,
    run_id=RUN_ID,
    job_id="feed",
    trigger=Trigger.SCHEDULE,
    role="admin",
    actor="ann",
    status=RunStatus.SUCCEEDED,
    scheduled_for=NOW - 3600,
    queued_ms=(NOW - 3600) * 1000,
    started_ms=(NOW - 3600) * 1000,
    ended_ms=(NOW - 3590) * 1000,
    exit_code=0,
    signal=None,
    error_code=None,
    error_message=None,
)


def job_view(**changes: Any) -> JobView:
    """An hourly job that never ran, at NOW."""
    return replace(_JOB, **changes)


def run_view(**changes: Any) -> RunView:
    """A run that went well an hour before NOW and took ten seconds."""
    return replace(_RUN, **changes)


def text_of(cell: Piece | Pieces | str) -> str:
    """The text of a cell, a line or a value."""
    if isinstance(cell, str):
        return cell
    return "".join(piece.text for piece in as_pieces(cell))


def page_of(lines: list[Pieces]) -> str:
    """The text of several lines."""
    return "\n".join(map(text_of, lines))
