"""What became of scheduled instants: taken by a run, or declined with a reason."""

from __future__ import annotations

import json
from typing import NamedTuple

from runner.model.occurrence import Reason, Stretch
from runner.store.db import Connection, queries


class Refusal(NamedTuple):
    """One occurrence that was decided against.

    `detail` is the run in its way, or the note of who skipped it.
    """

    job_id: str
    instant: int
    reason: Reason
    detail: str | None


class SkipNote(NamedTuple):
    """Who skipped an occurrence, and why if that was said."""

    actor: str
    reason: str

    def to_text(self) -> str:
        return json.dumps(self._asdict(), ensure_ascii=False)


class Span(NamedTuple):
    """Declined occurrences that are kept as one row."""

    stretch: Stretch
    reason: Reason


def take(
    connection: Connection, job_id: str, instant: int, run_id: str, now_ms: int
) -> bool:
    """Give an occurrence to a run; False if it was decided before."""
    parameters = {"job_id": job_id, "instant": instant, "run_id": run_id}
    cursor = connection.execute(
        queries("occurrences")["take"], {**parameters, "now_ms": now_ms}
    )
    return cursor.rowcount == 1


def refuse(connection: Connection, refusal: Refusal, now_ms: int) -> bool:
    """Keep why an occurrence has no run; False if it was decided before."""
    parameters = {**refusal._asdict(), "now_ms": now_ms}
    cursor = connection.execute(queries("occurrences")["refuse"], parameters)
    return cursor.rowcount == 1


def skipped(
    connection: Connection, after: int, job_id: str | None = None
) -> dict[str, tuple[int, ...]]:
    """The instants of each job that a person skipped, in order.

    Those that are not decided yet, and those later than `after` in any case.
    """
    parameters = {"after": after, "job_id": job_id}
    found: dict[str, tuple[int, ...]] = {}
    for row in connection.execute(queries("occurrences")["skipped"], parameters):
        found[row["job_id"]] = (*found.get(row["job_id"], ()), row["instant"])
    return found


def unskip(connection: Connection, job_id: str, instant: int) -> None:
    """Take a skip back; a row that says something else stays."""
    parameters = {"job_id": job_id, "instant": instant}
    connection.execute(queries("occurrences")["unskip"], parameters)


def skip_note(detail: str) -> SkipNote:
    """Read the detail of a skipped occurrence."""
    note = json.loads(detail)
    return SkipNote(note["actor"], note["reason"])


def decided_within(connection: Connection, job_id: str, stretch: Stretch) -> list[int]:
    """The instants of a stretch that have rows of their own."""
    parameters = {"job_id": job_id, "first": stretch.first, "last": stretch.last}
    rows = connection.execute(queries("occurrences")["within"], parameters)
    return [row[0] for row in rows]


def add_span(
    connection: Connection, job_id: str, stretch: Stretch, reason: Reason, now_ms: int
) -> None:
    connection.execute(
        queries("occurrences")["span"],
        {**stretch._asdict(), "job_id": job_id, "reason": reason, "now_ms": now_ms},
    )


def last_span(connection: Connection, job_id: str) -> Span | None:
    row = connection.execute(queries("occurrences")["last_span"], (job_id,)).fetchone()
    if row is None:
        return None
    first, last, count, reason = row
    return Span(Stretch(first, last, count), Reason(reason))


def extend_span(
    connection: Connection, job_id: str, span: Span, more: Stretch, now_ms: int
) -> None:
    """Let a span go on over a stretch that adjoins it."""
    connection.execute(
        queries("occurrences")["extend"],
        {
            "job_id": job_id,
            "first": span.stretch.first,
            "last": more.last,
            "fires": more.fires,
            "now_ms": now_ms,
        },
    )


def forget_after(connection: Connection, job_id: str, now: int) -> list[Stretch]:
    """Take back what was declined beyond `now`.

    Occurrences that ran stay taken, those that a person skipped stay skipped.

    Returns the spans that reach over `now`: their `cut` is the caller's, who can
    count fires.
    """
    parameters = {"job_id": job_id, "now": now}
    connection.execute(queries("occurrences")["forget_rows_after"], parameters)
    connection.execute(queries("occurrences")["forget_spans_after"], parameters)
    rows = connection.execute(queries("occurrences")["spans_over"], parameters)
    return [Stretch(*row) for row in rows]


def cut_span(connection: Connection, job_id: str, stretch: Stretch) -> None:
    """Shorten the span that begins where the stretch begins."""
    parameters = {**stretch._asdict(), "job_id": job_id}
    connection.execute(queries("occurrences")["cut"], parameters)
