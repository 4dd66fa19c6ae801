"""Keeps why occurrences made no run: rows and spans that never overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.decide import stretch_of
from runner.model.occurrence import STANDING_REASONS, Reason, Stretch
from runner.store import occurrences
from runner.store.occurrences import Refusal

if TYPE_CHECKING:
    from runner.schedule import Timetable
    from runner.store.db import Connection


class Declined(NamedTuple):
    """Occurrences of a job that were decided against. `detail`: what was in the way."""

    job_id: str
    stretch: Stretch
    reason: Reason
    detail: str | None = None


def decline(index: Connection, t: Timetable, item: Declined, now_ms: int) -> None:
    """Keep one occurrence as a row, several as a span.

    A condition of the job that lasts goes on in the span it began.
    """
    job_id, stretch, reason, detail = item
    if stretch.fires == 1 and reason not in STANDING_REASONS:
        refusal = Refusal(job_id, stretch.first, reason, detail)
        occurrences.refuse(index, refusal, now_ms)
        return
    pieces = _undecided(index, t, job_id, stretch)
    if reason in STANDING_REASONS and pieces:
        span = occurrences.last_span(index, job_id)
        if (
            span is not None
            and span.reason is reason
            and t.next(span.stretch.last) == pieces[0].first
            and not _parted(index, job_id, span.stretch.last, pieces[0].first)
        ):
            occurrences.extend_span(index, job_id, span, pieces.pop(0), now_ms)
    for piece in pieces:
        occurrences.add_span(index, job_id, piece, reason, now_ms)


def take_back(index: Connection, t: Timetable, job_id: str, now: int) -> None:
    """Forget what was declined beyond `now`, after the clock was set back.

    Occurrences that ran stay taken, so nothing runs twice. A span that was counted
    under an earlier schedule is cut as well as this timetable can tell.
    """
    for span in occurrences.forget_after(index, job_id, now):
        last = max(t.latest(now) or span.first, span.first)
        fires = min(t.count(span.first - 1, last), span.fires)
        occurrences.cut_span(index, job_id, Stretch(span.first, last, max(fires, 1)))


def _parted(index: Connection, job_id: str, last: int, first: int) -> bool:
    """Whether there are rows in between, of fires of an earlier schedule."""
    between = Stretch(last + 1, first - 1, 0)
    return bool(occurrences.decided_within(index, job_id, between))


def _undecided(
    index: Connection, t: Timetable, job_id: str, stretch: Stretch
) -> list[Stretch]:
    """The pieces of a stretch between occurrences that have rows of their own.

    There are such rows only after the clock was set back over them.
    """
    pieces: list[Stretch] = []
    after = stretch.first - 1
    decided = occurrences.decided_within(index, job_id, stretch)
    for until in (*(row - 1 for row in decided), stretch.last):
        if piece := stretch_of(t, after, until):
            pieces.append(piece)
        after = until + 1
    return pieces
