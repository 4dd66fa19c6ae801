"""What the system page says. Pure: now is an argument, in seconds."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from jobconsole import attended, costs, words
from jobconsole.marks import Style
from widgets.pieces import Piece, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobconsole.standing import Standing
    from runner.model.system import DiskUse, LockHolder, PastTick, SystemView
    from widgets.pieces import Pieces

NAME_WIDTH = 12
TICKS_SHOWN = 8
GAPS_SHOWN = 5
LITTLE_DISK = 0.05
"""Of the disk free, below which it is worth a look."""


class Seen(NamedTuple):
    """What there is to tell; what takes longer to find out may still be None."""

    view: SystemView
    used: DiskUse | None = None
    standing: Standing | None = None


def system_lines(seen: Seen, zone: str, now: int, width: int) -> list[Pieces]:
    """What needs attention first, in lines of at most `width` cells.

    Times are shown on the clock of `zone`.
    """
    view = seen.view
    lines = [
        *_section("Configuration", _configuration(view)),
        *_section("Driver", _driver(seen, ZoneInfo(zone), now)),
        *_section("Workers and locks", _locks(view, now)),
        *_section("Agents", _costs(view)),
        *_section("Disk", _disk(view, seen.used)),
        *_section("Versions", _versions(view)),
    ]
    return [short for line in lines for short in _wrapped(line, width)]


def _wrapped(line: Pieces, width: int) -> list[Pieces]:
    """A name and its text; what does not fit goes on below the text."""
    if len(line) < 2:
        return [line]
    name, *text = line
    first, *more = wrap(tuple(text), max(width - NAME_WIDTH - 3, 1)) or [()]
    indent = Piece(" " * (NAME_WIDTH + 3))
    return [(name, *first), *((indent, *rest) for rest in more)]


def _section(title: str, lines: Iterable[Pieces]) -> list[Pieces]:
    return [(Piece(title, Style.STRONG),), *lines, ()]


def _line(name: str, text: str, style: Style = Style.PLAIN) -> Pieces:
    return (Piece(f"  {name:<{NAME_WIDTH}} ", Style.FAINT), Piece(text, style))


def _configuration(view: SystemView) -> Iterable[Pieces]:
    yield _line("file", view.config)
    for message in view.broken:
        yield _line("broken", message, Style.BAD)
    for problem in view.problems:
        yield _line("problem", str(problem), Style.BAD)
        if problem.hint:
            yield _line("", f"hint: {problem.hint}")
    for warning in view.warnings:
        yield _line("warning", str(warning), Style.ODD)
    if not (view.broken or view.problems or view.warnings):
        yield _line("", "no problems", Style.GOOD)


def _driver(seen: Seen, zone: ZoneInfo, now: int) -> Iterable[Pieces]:
    view, next_ms = seen.view, seen.view.attendance.next_ms
    if seen.standing is not None:
        # Drivers are asked less often than the index.
        standing = seen.standing._replace(attendance=view.attendance)
        next_ms = standing.next_ms
        yield from _standing(standing)
    if not view.ticks:
        yield _line("ticks", "none yet: nothing starts by itself", Style.BAD)
        yield _line("", "`jobconsole install` has one made every five minutes")
        return
    for name, text in attended.ticks(view.attendance, next_ms, zone, now):
        yield _line(name, text)
    if view.attendance.overdue_ms:
        text = f"overdue for {words.duration(view.attendance.overdue_ms)}: nobody ticks"
        yield _line("next", text, Style.BAD)
    for number, gap in enumerate(view.attendance.gaps[:GAPS_SHOWN]):
        yield _line("away" if number == 0 else "", attended.gap(gap, zone), Style.ODD)
    for number, tick in enumerate(view.ticks[:TICKS_SHOWN]):
        yield _line("ticks" if number == 0 else "", _tick(tick, zone))


def _tick(tick: PastTick, zone: ZoneInfo) -> str:
    when = f"{words.moment(tick.at_ms // 1000, zone)}{attended.caller(tick.driver)}"
    if tick.gap_ms is None:
        return when
    return f"{when}, {words.duration(tick.gap_ms)} after the one before"


def _standing(standing: Standing) -> Iterable[Pieces]:
    for found in standing.found:
        yield _line("installed", attended.driver(found))
        if found.service is not None:
            yield _line("calls", shlex.join(found.service.argv))
    for trouble in standing.troubles:
        style = Style.BAD if trouble.fatal else Style.ODD
        yield _line("trouble", trouble.text, style)
        yield _line("", trouble.hint)


def _locks(view: SystemView, now: int) -> Iterable[Pieces]:
    for worker in view.workers:
        what = "timer" if worker.is_timer else "worker"
        pool = "" if worker.is_timer else f", pool {worker.pool}"
        gone = "" if worker.alive else ", its process is gone"
        text = f"{_held(worker.pid, worker.since_ms, now)}{pool}{gone}"
        yield _line(what, text, _style(worker.alive))
    for lock in view.locks:
        yield _line(_lock_name(lock), _lock(lock, now), _style(lock.alive))
    if not (view.workers or view.locks):
        yield _line("", "nobody works just now")


def _lock_name(lock: LockHolder) -> str:
    return "run lock" if lock.run_id else "runner lock"


def _lock(lock: LockHolder, now: int) -> str:
    if not (lock.alive or lock.run_id):
        since = words.relative(lock.since_ms / 1000, now)
        return f"free; pid {lock.pid} held it last, {since}"
    run = f" for {lock.run_id}" if lock.run_id else f"  {lock.path}"
    stale = "" if lock.alive else ", its process is gone"
    return f"{_held(lock.pid, lock.since_ms, now)}{stale}{run}"


def _held(pid: int, since_ms: int, now: int) -> str:
    return f"pid {pid}, since {words.relative(since_ms / 1000, now)}"


def _style(alive: bool) -> Style:
    return Style.PLAIN if alive else Style.FAINT


def _costs(view: SystemView) -> Iterable[Pieces]:
    if view.spending is None or not view.spending.jobs_month:
        yield _line("cost", "no agent ran this month")
        return
    for name, text in costs.totals(view.spending):
        yield _line(name, text)


def _disk(view: SystemView, used: DiskUse | None) -> Iterable[Pieces]:
    yield _line("state", view.state_dir)
    free = view.disk_free / max(view.disk_total, 1)
    text = f"{words.size(view.disk_free)} of {words.size(view.disk_total)}"
    yield _line("free", text, Style.BAD if free < LITTLE_DISK else Style.PLAIN)
    more = "more than " if view.more_runs else ""
    yield _line("runs", f"{more}{view.runs:,}")
    if used is not None:
        least = "" if used.complete else "at least "
        yield _line("run folders", f"{least}{words.size(used.bytes)}")
    index = f"{words.size(view.index_bytes)}, log {words.size(view.wal_bytes)}"
    yield _line("index", index)


def _versions(view: SystemView) -> Iterable[Pieces]:
    for it in view.versions:
        yield _line(it.name, it.version)
    yield _line("host", f"{view.host}, {view.platform}")
    yield _line("system zone", view.zone)
