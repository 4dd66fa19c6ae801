"""What is still to come of a job, and what will stand in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.enqueue import legacy_instant
from runner.model.occurrence import Reason
from runner.model.schedule import Legacy
from runner.schedule import fires, legacy_due, timetable
from runner.store.standing import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.model.schedule import Schedule
    from runner.store.standing import StandingRow


class Outlook(NamedTuple):
    """What keeps fires of a job from running: a condition or a decision.

    A condition with `until` holds for that instant too, and not for later ones.
    `decided` are instants that were decided before their time: skipped, or taken by a
    run before the clock was set back (None).
    """

    condition: Reason | None
    until: int | None
    decided: Mapping[int, Reason | None]

    def is_open(self, instant: int) -> bool:
        """Whether no run has taken the instant yet."""
        return self.decided.get(instant, Reason.SKIPPED) is not None

    def obstacle(self, instant: int) -> Reason | None:
        if instant in self.decided:
            return self.decided[instant]
        if self.until is not None and instant > self.until:
            return None
        return self.condition


FREE = Outlook(None, None, {})


class Progress(NamedTuple):
    """How far a job's schedule was followed, and when it was last started."""

    cursor: int
    next_at: int | None
    last_started: int | None


def outlook(
    config: Reason | None,
    standing: Mapping[Reason, StandingRow],
    decided: Mapping[int, Reason | None],
) -> Outlook:
    """`config` is what the configuration itself has against the job."""
    if config is not None:
        return Outlook(config, None, decided)
    for reason in KINDS:
        if row := standing.get(reason):
            return Outlook(reason, row.until, decided)
    return Outlook(None, None, decided) if decided else FREE


def expected_fires(schedule: Schedule, progress: Progress, after: int) -> Iterator[int]:
    """The fires > `after`.

    A legacy job's are those that come if each run starts as soon as it is due.
    """
    if isinstance(schedule, Legacy):
        return _legacy_fires(schedule, progress, after)
    return fires(timetable(schedule), after)


def _legacy_fires(schedule: Legacy, progress: Progress, after: int) -> Iterator[int]:
    fire = legacy_instant(schedule, progress.last_started, progress.cursor)
    if fire is None:
        fire = progress.next_at
    while fire is not None:
        if fire > after:
            yield fire
        fire = legacy_due(schedule, fire)
