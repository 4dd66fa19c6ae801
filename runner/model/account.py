"""Accounts of occurrences: why a job ran at an instant, or did not, or will."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.model.system import Gap
from runner.model.views import RunView

if TYPE_CHECKING:
    from runner.model.occurrence import Reason


class Verdict(StrEnum):
    """What became, or will become, of an instant of a job."""

    RAN = "ran"
    RAN_LATE = "ran_late"
    CAUGHT_UP = "caught_up"  # seen so late that it counts as missed, and run after all
    WAITS = "waits"  # its run is queued, running, or waits to retry
    NOT_STARTED = "not_started"  # its run ended before it began
    DECLINED = "declined"
    UNDECIDED = "undecided"  # due, and nobody has looked yet
    COMING = "coming"
    HELD_BACK = "held_back"  # it is to come, and a condition will keep it from running
    SKIPPED_AHEAD = "skipped_ahead"
    NOT_A_FIRE = "not_a_fire"
    BEFORE_HISTORY = "before_history"  # from before the schedule was followed
    NEVER = "never"  # the job has no schedule, none that fires again, or is removed


class Fact(NamedTuple):
    """One thing that is known, under a short name. Foreign text is as it came."""

    name: str
    text: str


class NextFire(NamedTuple):
    """An instant to come, and what will keep it from running.

    `offset` is how many seconds its zone is ahead of UTC then.
    """

    instant: int
    offset: int
    obstacle: Reason | None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a job ran or did not. Instants are epoch seconds.

    `asked` is None where nobody named an instant: then `instant` is the latest
    decided one, if there is any. `gap` is what kept everybody from looking at it in
    time, as far as that is inferred.
    """

    job_id: str
    zone: str
    now: int
    asked: int | None
    instant: int | None
    verdict: Verdict
    answer: str
    facts: tuple[Fact, ...]
    hint: str
    run: RunView | None
    fires: tuple[NextFire, ...]
    gap: Gap | None = None
