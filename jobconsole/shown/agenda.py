"""How the agenda looks: its rows, the bar of hours, and the notes below. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from jobconsole import marks, words
from jobconsole.marks import Style
from jobconsole.shown.rows import shape
from runner.model.agenda import Agenda, Coming, Past
from widgets.columns import Column
from widgets.pieces import Piece

if TYPE_CHECKING:
    from runner.model.agenda import ClockNote, Collision, Overrun
    from widgets.pieces import Pieces

COLUMNS = (
    Column("when", "WHEN", 16),
    Column("far", "", 8),
    Column("state", "ST", 2),
    Column("job", "JOB", 16, flex=3),
    Column("what", "WHAT", 21, flex=3),
    Column("note", "NOTE", 10, flex=3, priority=1),
)
NOTHING = Piece("")
BARS = "▁▂▃▄▅▆▇█"
BARS_ASCII = ".:-=+*#@"
HOUR = 3_600
HOURS_SHOWN = 24
NAMES_SHOWN = 3


class Now(NamedTuple):
    """The line between what happened and what comes."""


Entry = Now | Coming | Past


def entry_key(entry: Entry) -> str:
    if isinstance(entry, Now):
        return "now"
    what = entry.run_id if isinstance(entry, Past) and entry.run_id else entry.first
    return f"{type(entry).__name__} {entry.job_id} {what}"


def agenda_row(
    entry: Entry, now: int, *, ascii_only: bool
) -> tuple[Piece | Pieces, ...]:
    """The cells of COLUMNS."""
    if isinstance(entry, Now):
        line = ("-" if ascii_only else "─") * COLUMNS[0].width
        return (Piece(line, Style.BUSY), Piece("now", Style.BUSY), *([NOTHING] * 4))
    mark, what = _past(entry) if isinstance(entry, Past) else _coming(entry)
    note = entry.note if isinstance(entry, Coming) else _by(entry)
    return (
        Piece(clock(entry.first, entry.offset)),
        Piece(words.relative(entry.first, now), Style.FAINT),
        shape(mark, ascii_only=ascii_only),
        Piece(entry.job_id, Style.STRONG),
        Piece(what, mark.style),
        Piece(note, Style.ODD if isinstance(entry, Coming) else Style.FAINT),
    )


def clock(instant: int, offset: int) -> str:
    """`Fri 06:00 +01:00`, on the clock that is `offset` seconds ahead of UTC."""
    local = datetime.fromtimestamp(instant, timezone(timedelta(seconds=offset)))
    zone = local.strftime("%z")
    return f"{local:%a %H:%M} {zone[:3]}:{zone[3:5]}"


def hours(agenda: Agenda, *, ascii_only: bool) -> list[Pieces]:
    """How busy the next 24 hours are: a bar an hour, and the hours below."""
    zone = ZoneInfo(agenda.zone)
    counts = [0] * HOURS_SHOWN
    crowded = [False] * HOURS_SHOWN
    for entry in agenda.coming:
        _spread(counts, entry, agenda.now)
    for collision in agenda.collisions:
        at = (collision.first - agenda.now) // HOUR
        if 0 <= at < HOURS_SHOWN:
            crowded[at] = True
    bars = BARS_ASCII if ascii_only else BARS
    most = math.log2(max(counts) + 1) or 1.0
    upper, lower = [Piece("24 h  ", Style.FAINT)], [Piece(" " * 6)]
    for at, count in enumerate(counts):
        height = round(math.log2(count + 1) / most * (len(bars) - 1))
        bar = bars[height] * 2 if count else "  "
        end, style = ("!", Style.BAD) if crowded[at] else (" ", Style.BUSY)
        upper.append(Piece(bar + end, style))
        local = datetime.fromtimestamp(agenda.now + at * HOUR, UTC).astimezone(zone)
        lower.append(Piece(f"{local:%H} ", Style.FAINT))
    return [tuple(upper), tuple(lower)]


def notes(agenda: Agenda) -> list[Pieces]:
    """What deserves a look: changes of the clock, collisions, jobs that run long."""
    zone = ZoneInfo(agenda.zone)
    lines = [_clock_note(note) for note in agenda.clock_notes]
    lines += [_collision(it, zone) for it in agenda.collisions]
    lines += [_overrun(it, zone) for it in agenda.overruns]
    return [(Piece("! ", Style.ODD), Piece(line)) for line in lines]


def _past(entry: Past) -> tuple[marks.Mark, str]:
    if entry.status is None:
        return marks.DECLINED, f"did not run: {entry.reason}{_times(entry.count)}"
    return marks.RUNS[entry.status], words.OUTCOMES[entry.status] + _times(entry.count)


def _coming(entry: Coming) -> tuple[marks.Mark, str]:
    if entry.obstacle is not None:
        return marks.DECLINED, f"will not run: {entry.obstacle}{_times(entry.count)}"
    return marks.NEVER_RAN, entry.schedule + _times(entry.count)


def _by(entry: Past) -> str:
    return "" if entry.trigger is None else str(entry.trigger).replace("_", "-")


def _times(count: int) -> str:
    return f", {count} times" if count > 1 else ""


def _spread(counts: list[int], entry: Coming, now: int) -> None:
    """Count an entry in its hours; one that was counted is spread evenly."""
    first, last = (entry.first - now) // HOUR, (entry.last - now) // HOUR
    covered = range(max(first, 0), min(last, HOURS_SHOWN - 1) + 1)
    for at in covered:
        counts[at] += max(entry.count // len(covered), 1)


def _collision(it: Collision, zone: ZoneInfo) -> str:
    named = ", ".join(it.jobs[:NAMES_SHOWN])
    when = words.moment(it.first, zone)
    times = f" and {it.count - 1} more times" if it.count > 1 else ""
    return (
        f"{when}{times}: {it.due} jobs fall due together, pool {it.pool} runs"
        f" {it.width} at once ({named})"
    )


def _overrun(it: Overrun, zone: ZoneInfo) -> str:
    takes = words.duration(it.expected_ms)
    return (
        f"{words.moment(it.at, zone)}: {it.job_id} usually takes {takes},"
        f" and is due again after {words.coarse(it.gap)}"
    )


def _clock_note(it: ClockNote) -> str:
    named = ", ".join(it.jobs[:NAMES_SHOWN])
    effects = {
        "moved": "does not exist: it runs when the clock goes on",
        "lost": "does not exist: it does not run",
        "once": "comes twice: it runs the first time",
        "twice": "comes twice: it runs both times",
    }
    what = it.wall if it.schedule == it.wall else f"{it.wall} ({it.schedule})"
    return (
        f"{words.moment(it.instant, ZoneInfo(it.zone))}: the clock of {it.zone} changes;"
        f" {what} {effects[it.effect]}: {named}"
    )
