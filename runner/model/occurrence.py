"""Occurrences: scheduled instants of a job, and why one made no run.

Kept free of third-party imports: a tick with nothing to do loads this module.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why an occurrence did not run."""

    OVERLAP = "overlap"  # the run before it had not ended
    PAUSED = "paused"
    DISABLED = "disabled"
    MISFIRED = "misfired"  # later than misfire_grace allows
    DENIED = "denied"  # the job's role may not start it
    INVALID = "invalid"  # the definition had a problem
    HELD = "held"  # its agent's provider serves nobody before some time
    BUDGET = "budget"  # what its agents may use in a day was used up
    SKIPPED = "skipped"  # by a person
    MISSED = "missed"  # nobody looked in time, and catch_up did not want it


STANDING_REASONS = frozenset(
    {Reason.PAUSED, Reason.DISABLED, Reason.INVALID, Reason.HELD}
)
"""Conditions of the job that last: adjoining occurrences grow one span."""


class Stretch(NamedTuple):
    """Consecutive occurrences of one job that share one fate.

    `first` and `last` are UTC epoch seconds, both included; `fires` is how many there
    are from first to last. A single occurrence has first == last and one fire.
    """

    first: int
    last: int
    fires: int
