"""The fires that a window still holds: jobs of one schedule are looked at together."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.decide import stretch_of
from runner.engine.enqueue import decode_schedule
from runner.engine.outlook import FREE, Outlook, Progress, expected_fires
from runner.model.agenda import Coming
from runner.model.occurrence import Reason, Stretch
from runner.model.schedule import Legacy
from runner.schedule import timetable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.engine.clock_notes import Clocks
    from runner.model.schedule import Schedule
    from runner.schedule import Timetable
    from runner.store.account import Scheduled

Part = tuple[Stretch, Reason | None]
"""Fires of one job, and what stands in the way of all of them."""

DAY = 86_400
MOST_A_DAY = 24
"""A job that fires more often is one entry."""

MINUTES_A_DAY = 1440
"""Only intervals below a minute fire more often; their fires are never listed."""


class Window(NamedTuple):
    """The instants `start` ≤ t < `end`."""

    start: int
    end: int

    @property
    def days(self) -> int:
        return max(1, -(-(self.end - self.start) // DAY))


class Beat(NamedTuple):
    """The fires of one schedule in a window, a legacy one without a timetable.

    `fires` is empty where they are too many to be listed. `following` is the first one
    behind the window.
    """

    timetable: Timetable | None
    total: int
    first: int
    last: int
    fires: Sequence[int]
    following: int | None


class Group(NamedTuple):
    """The jobs that share a beat."""

    beat: Beat
    jobs: list[Scheduled]


def groups(
    jobs: list[Scheduled], window: Window, outlooks: Mapping[str, Outlook]
) -> list[Group]:
    """Those jobs that have undecided fires in a window, by their schedules."""
    found: dict[tuple[Schedule, int, Progress | None], Group | None] = {}
    for job in jobs:
        skipped = outlooks.get(job.id, FREE).decided
        if not skipped and (job.next_at is None or job.next_at >= window.end):
            continue
        schedule = decode_schedule(job.schedule)
        after = max(job.cursor, window.start - 1)
        alone = progress(job) if isinstance(schedule, Legacy) else None
        key = (schedule, after, alone)
        if key not in found:
            beat = _beat(schedule, progress(job), after, window)
            found[key] = Group(beat, []) if beat else None
        if group := found[key]:
            group.jobs.append(job)
    return [group for group in found.values() if group]


def progress(job: Scheduled) -> Progress:
    return Progress(job.cursor, job.next_at, job.last_started)


def is_dense(beat: Beat, window: Window) -> bool:
    return beat.total > MOST_A_DAY * window.days


def entries(group: Group, shared: Shared) -> Iterator[Coming]:
    """The fires of every job of a group, one by one or counted."""
    free = list(_parts(group.beat, FREE, shared.window))
    for job in group.jobs:
        view = shared.outlooks.get(job.id)
        parts = _parts(group.beat, view, shared.window) if view else free
        yield from _entries(job, group.beat, parts, shared)


class Shared(NamedTuple):
    """What the entries of all jobs need. `zone` is that of jobs without one."""

    window: Window
    outlooks: Mapping[str, Outlook]
    zone: str
    clocks: Clocks


def _entries(
    job: Scheduled, beat: Beat, parts: Iterable[Part], shared: Shared
) -> Iterator[Coming]:
    zone = job.timezone or shared.zone
    clock = shared.clocks.of(zone)
    steady = clock.steady
    for stretch, obstacle in parts:
        yield Coming(
            first=stretch.first,
            last=stretch.last,
            count=stretch.fires,
            job_id=job.id,
            zone=zone,
            offset=clock.offset(stretch.first) if steady is None else steady,
            schedule=job.schedule_words,
            obstacle=obstacle,
            note="" if steady is not None else clock.note(beat.timetable, stretch),
        )


def _parts(beat: Beat, view: Outlook, window: Window) -> Iterator[Part]:
    if beat.timetable is not None and is_dense(beat, window):
        return _pieces(beat.timetable, beat, view)
    return _singles(beat.fires, view)


def _singles(fires: Sequence[int], view: Outlook) -> Iterator[Part]:
    for fire in fires:
        if view.is_open(fire):
            yield Stretch(fire, fire, 1), view.obstacle(fire)


def _pieces(t: Timetable, beat: Beat, view: Outlook) -> Iterator[Part]:
    """The fires as stretches, each of which meets one obstacle or none."""
    edges = {edge for instant in view.decided for edge in (instant - 1, instant)}
    edges |= {until for _, until in view.conditions if until is not None}
    after = beat.first - 1
    for edge in sorted(edge for edge in edges if after < edge < beat.last):
        if stretch := stretch_of(t, after, edge):
            yield from _open(stretch, view)
        after = edge
    if stretch := stretch_of(t, after, beat.last):
        yield from _open(stretch, view)


def _open(stretch: Stretch, view: Outlook) -> Iterator[Part]:
    if view.is_open(stretch.first):
        yield stretch, view.obstacle(stretch.first)


def _beat(
    schedule: Schedule, reached: Progress, after: int, window: Window
) -> Beat | None:
    last = window.end - 1
    if isinstance(schedule, Legacy):
        coming = expected_fires(schedule, reached, after)
        fires = list(itertools.takewhile(lambda fire: fire <= last, coming))
        if not fires:
            return None
        return Beat(None, len(fires), fires[0], fires[-1], fires, None)
    t = timetable(schedule)
    first = t.next(after)
    return _regular(t, first, window) if first is not None and first <= last else None


def _regular(t: Timetable, first: int, window: Window) -> Beat:
    count = t.count(first - 1, window.end - 1)
    final = t.latest(window.end - 1) or first
    listed = count <= MINUTES_A_DAY * window.days
    fires = list(_listed(t, first, count)) if listed else []
    return Beat(t, count, first, final, fires, t.next(final))


def _listed(t: Timetable, first: int, count: int) -> Iterator[int]:
    fire: int | None = first
    while fire is not None and count:
        yield fire
        count -= 1
        fire = t.next(fire) if count else None
