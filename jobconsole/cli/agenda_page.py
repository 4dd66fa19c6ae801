"""The agenda for people and for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jobconsole import marks, words
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.table import Cell, Row, mark_cell
from jobconsole.marks import Style
from runner.model.agenda import Effect
from runner.model.instants import local_text, utc_text

if TYPE_CHECKING:
    from runner.model.agenda import (
        Agenda,
        ClockNote,
        Collision,
        Coming,
        Overrun,
        Past,
    )
    from runner.model.errors import Json

JOBS_NAMED = 3

_EFFECTS = {
    Effect.MOVED: "the clock leaves out {wall}: it runs as the clock goes on",
    Effect.LOST: "the clock leaves out {wall}: it does not run",
    Effect.ONCE: "the clock shows {wall} twice: it runs the first time only",
    Effect.TWICE: "the clock shows {wall} twice: it runs both times",
}


def past_row(entry: Past, now: int, *, unicode: bool) -> Row:
    if entry.status is not None:
        mark, fate = marks.RUNS[entry.status], words.OUTCOMES[entry.status]
    else:
        mark, fate = marks.STOPPED, f"did not run: {entry.reason}"
    if entry.count > 1:
        last = words.moment(entry.last, ZoneInfo(entry.zone))
        fate = f"{fate}, {entry.count} times until {last}"
    return Row(
        [
            mark_cell(mark, unicode=unicode),
            Cell(words.moment(entry.first, ZoneInfo(entry.zone))),
            Cell(words.relative(entry.first, now), Style.FAINT),
            Cell(entry.job_id, Style.STRONG),
            Cell(fate, mark.style),
        ]
    )


def coming_row(entry: Coming, now: int, *, unicode: bool) -> Row:
    mark = marks.STOPPED if entry.obstacle else marks.NEVER_RAN
    parts = [
        entry.schedule
        if entry.count == 1
        else f"{entry.schedule}, {entry.count} times",
        f"will not run: {entry.obstacle}" if entry.obstacle else "",
        "due" if entry.first <= now and not entry.obstacle else "",
        entry.note,
    ]
    return Row(
        [
            mark_cell(mark, unicode=unicode),
            Cell(words.moment(entry.first, ZoneInfo(entry.zone))),
            Cell(words.relative(entry.first, now), Style.FAINT),
            Cell(entry.job_id, Style.STRONG),
            Cell("; ".join(part for part in parts if part), mark.style),
        ]
    )


def remarks(found: Agenda) -> list[str]:
    """What is worth attention, a line each."""
    zone = ZoneInfo(found.zone)
    return [
        *(_collision(it, zone) for it in found.collisions),
        *(_overrun(it, zone) for it in found.overruns),
        *map(_clock_note, found.clock_notes),
    ]


def document(found: Agenda) -> Json:
    """What `agenda --json` prints. Entries are local to their job's zone."""
    return {
        "schema": SCHEMA,
        "from": utc_text(found.start),
        "to": utc_text(found.end),
        "past": [_past(entry) for entry in found.past],
        "coming": [_coming(entry) for entry in found.coming],
        "collisions": [
            {
                "pool": it.pool,
                "width": it.width,
                "due": it.due,
                "first": utc_text(it.first),
                "last": utc_text(it.last),
                "count": it.count,
                "jobs": it.jobs,
            }
            for it in found.collisions
        ],
        "overruns": [
            {
                "job": it.job_id,
                "at": utc_text(it.at),
                "gap_seconds": it.gap,
                "expected_ms": it.expected_ms,
            }
            for it in found.overruns
        ],
        "clock_changes": [
            {
                "timezone": it.zone,
                "at": utc_text(it.instant),
                "effect": str(it.effect),
                "wall": it.wall,
                "count": it.count,
                "jobs": it.jobs,
            }
            for it in found.clock_notes
        ],
    }


def _past(entry: Past) -> Json:
    return {
        "job": entry.job_id,
        "first": local_text(entry.first, entry.zone),
        "last": local_text(entry.last, entry.zone),
        "count": entry.count,
        "status": entry.status and str(entry.status),
        "reason": entry.reason and str(entry.reason),
        "trigger": entry.trigger and str(entry.trigger),
        "run_id": entry.run_id,
    }


def _coming(entry: Coming) -> Json:
    return {
        "job": entry.job_id,
        "first": local_text(entry.first, entry.zone),
        "last": local_text(entry.last, entry.zone),
        "count": entry.count,
        "schedule": entry.schedule,
        "obstacle": entry.obstacle and str(entry.obstacle),
        "note": entry.note,
    }


def _collision(it: Collision, zone: ZoneInfo) -> str:
    when = words.moment(it.first, zone)
    again = f", {it.count} times until {words.moment(it.last, zone)}"
    return (
        f"{when}{again if it.count > 1 else ''}: {it.due} jobs of pool {it.pool} are"
        f" due, which runs {it.width} at once: {_names(it.jobs, it.due)}"
    )


def _overrun(it: Overrun, zone: ZoneInfo) -> str:
    usual, gap = words.duration(it.expected_ms), words.duration(it.gap * 1000)
    when = words.moment(it.at, zone)
    return f"{when}: {it.job_id} usually takes {usual} and is due again after {gap}"


def _clock_note(it: ClockNote) -> str:
    when = words.moment(it.instant, ZoneInfo(it.zone))
    more = f" and {it.count - 1} more times" if it.count > 1 else ""
    what = _EFFECTS[it.effect].format(wall=f"{it.wall}{more}")
    before, after = (
        f"{datetime.fromtimestamp(it.instant + ahead, UTC):%H:%M}"
        for ahead in (it.before, it.after)
    )
    change = f"{it.zone} goes from {before} to {after}"
    return f"{when}, {change}: {_names(it.jobs, len(it.jobs))}: {what}"


def _names(jobs: tuple[str, ...], total: int) -> str:
    shown = ", ".join(jobs[:JOBS_NAMED])
    more = total - min(len(jobs), JOBS_NAMED)
    return f"{shown} and {more} more" if more else shown
