"""What changes of the clock do to the fires in a window, told for each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.enqueue import decode_schedule
from runner.model.agenda import ClockNote, Effect
from runner.model.schedule import At, Cron
from runner.schedule import timetable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.engine.coming import Window
    from runner.model.occurrence import Stretch
    from runner.schedule import Timetable
    from runner.schedule.daylight import Change
    from runner.schedule.zones import Zone
    from runner.store.account import Scheduled


class Clock(NamedTuple):
    """A zone's clock, and how it changes in the window and a day around it.

    `steady` is its offset where it does not.
    """

    zone: Zone
    changes: Sequence[Change]
    steady: int | None

    def offset(self, instant: int) -> int:
        return self.zone.span(instant).offset

    def note(self, t: Timetable | None, stretch: Stretch) -> str:
        """What a change does to a single fire; empty for most."""
        if t is None or stretch.fires > 1:
            return ""
        wall = stretch.first + self.offset(stretch.first)
        for change in self.changes:
            at_end = change.forward and stretch.first == change.instant
            if at_end or (not change.forward and change.first <= wall < change.end):
                return note_of(t, change, stretch.first)
        return ""


class Clocks:
    """The clocks of all zones, looked up once."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._known: dict[str, Clock] = {}

    def of(self, name: str) -> Clock:
        clock = self._known.get(name)
        if clock is None:
            from runner.schedule.daylight import changes
            from runner.schedule.zones import DAY, zone

            start, end = self._window
            # What is shown twice may be shown for the first time in the window.
            found = tuple(changes(name, start - DAY, end + DAY))
            there = zone(name)
            steady = None if found else there.span(start).offset
            clock = self._known[name] = Clock(there, found, steady)
        return clock


def note_of(t: Timetable, change: Change, fire: int) -> str:
    """What one change means to one fire that it concerns."""
    from runner.schedule.daylight import shift

    moved = shift(t, change)
    effect = None if moved is None else moved.effect
    if moved is not None and effect is Effect.MOVED:
        return f"stands in for {wall_text(moved.first)}, which the clock leaves out"
    if effect is Effect.ONCE:
        return "the clock shows it twice: it runs the first time only"
    if effect is Effect.TWICE:
        which = "first" if fire < change.instant else "second"
        return f"the clock shows it twice: this is the {which} time"
    return ""


def clock_notes(
    jobs: list[Scheduled], window: Window, clocks: Clocks
) -> list[ClockNote]:
    """What the changes in the window do, once for each schedule."""
    by_schedule: dict[Cron | At, list[Scheduled]] = {}
    for job in jobs:
        if job.timezone and _within(clocks.of(job.timezone), window):
            schedule = decode_schedule(job.schedule)
            if isinstance(schedule, Cron | At):
                by_schedule.setdefault(schedule, []).append(job)
    notes = [
        note
        for schedule, found in by_schedule.items()
        for change in _within(clocks.of(schedule.timezone), window)
        if (note := _note(schedule, change, found))
    ]
    return sorted(notes, key=lambda note: (note.instant, note.zone, note.jobs))


def wall_text(wall: int) -> str:
    """`02:30`, from seconds since 1970 by the wall clock."""
    return f"{datetime.fromtimestamp(wall, UTC):%H:%M}"


def _within(clock: Clock, window: Window) -> list[Change]:
    return [it for it in clock.changes if window.start <= it.instant < window.end]


def _note(
    schedule: Cron | At, change: Change, jobs: list[Scheduled]
) -> ClockNote | None:
    from runner.schedule.daylight import shift

    moved = shift(timetable(schedule), change)
    if moved is None:
        return None
    return ClockNote(
        zone=schedule.timezone,
        instant=change.instant,
        before=change.before,
        after=change.after,
        effect=moved.effect,
        schedule=jobs[0].schedule_words,
        wall=wall_text(moved.first),
        count=moved.times,
        jobs=tuple(job.id for job in jobs),
    )
