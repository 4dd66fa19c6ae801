"""The ways a job can say when. Times of day are local to a zone; instants are UTC.

An instant is an `int`: UTC epoch seconds.
"""

from __future__ import annotations

from typing import Literal

import msgspec

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Index 0 is Monday, as in `datetime.weekday()`."""


class Manual(msgspec.Struct, frozen=True, tag="manual"):
    """Runs only when a person or another program asks."""


class Cron(msgspec.Struct, frozen=True, tag="cron"):
    """A five-field expression (or `@daily` and friends) in an IANA zone."""

    expression: str
    timezone: str


class Every(msgspec.Struct, frozen=True, tag="every"):
    """Fixed intervals of real time, anchored at the UTC epoch plus `offset`.

    Both in seconds; `interval` ≥ 1 and 0 ≤ `offset` < `interval`.
    """

    interval: int
    offset: int = 0


class At(msgspec.Struct, frozen=True, tag="at"):
    """Times of day as (hour, minute), on some weekdays (0 = Monday; none = all).

    Always *fixed* in the sense of the cron rules.
    """

    times: tuple[tuple[int, int], ...]
    timezone: str
    weekdays: tuple[int, ...] = ()


class Once(msgspec.Struct, frozen=True, tag="once"):
    """A single instant."""

    instant: int


class Legacy(msgspec.Struct, frozen=True, tag="legacy"):
    """The older way to say when; `preferred_weekday` 0 is Monday.

    Due when a minimum interval has passed since the last started attempt *and* the
    preferred time is reached in the zone.
    """

    period: Literal["hourly", "daily", "weekly", "monthly"]
    timezone: str
    preferred_hour: int = 6
    preferred_weekday: int = 0
    preferred_day: int = 1


Schedule = Manual | Cron | Every | At | Once | Legacy
