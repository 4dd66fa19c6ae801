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
    from runner.store.account import Scheduled
    from runner.store.standing import StandingRow


class Outlook(NamedTuple):
    """What keeps fires of a job from running: conditions or a decision.

    A condition holds for the instant until which it lasts too, and not for later ones;
    None: for all. The strongest comes first. `decided` are instants that were decided before their time: skipped, or taken by a
    run before the clock was set back (None).
    """

    conditions: tuple[tuple[Reason, int | None], ...]
    decided: Mapping[int, Reason | None]

    def is_open(self, instant: int) -> bool:
        """Whether no run has taken the instant yet."""
        return self.decided.get(instant, Reason.SKIPPED) is not None

    def obstacle(self, instant: int) -> Reason | None:
        if instant in self.decided:
            return self.decided[instant]
        holding = (
            what for what, until in self.conditions if until is None or instant <= until
        )
        return next(holding, None)

    @property
    def holds_for_good(self) -> bool:
        """Whether nothing runs until somebody takes a condition back."""
        return any(until is None for _, until in self.conditions)


FREE = Outlook((), {})


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
        return Outlook(((config, None),), decided)
    conditions = tuple(
        (reason, standing[reason].until) for reason in KINDS if reason in standing
    )
    return Outlook(conditions, decided) if conditions or decided else FREE


def config_reason(job: Scheduled) -> Reason | None:
    """What the configuration itself has against a job."""
    if job.invalid:
        return Reason.INVALID
    return None if job.enabled else Reason.DISABLED


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
