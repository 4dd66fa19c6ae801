"""Instants as the clock of a job's zone shows them, in sentences and in full."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from runner.config.units import format_duration

if TYPE_CHECKING:
    from runner.store.account import Kept

DAY = 86_400


class Moments(NamedTuple):
    """Sentences are about the day of `about` (epoch seconds): it needs no date."""

    zone: str
    about: int

    def local(self, seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, ZoneInfo(self.zone))

    def brief(self, seconds: int) -> str:
        """`06:00`, `06:04:12`, or with the date where it is another day."""
        local = self.local(seconds)
        clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        same_day = local.date() == self.local(self.about).date()
        return clock if same_day else f"{local:%Y-%m-%d} {clock}"

    def full(self, seconds: int) -> str:
        """`Fri 2026-11-20 06:00 +01:00`."""
        local = self.local(seconds)
        clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        offset = local.utcoffset() or timedelta()
        sign = "-" if offset < timedelta() else "+"
        minutes = abs(offset) // timedelta(minutes=1)
        ahead = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
        return f"{local:%a %Y-%m-%d} {clock} {ahead}"

    def stretch(self, kept: Kept) -> str:
        """`34 occurrences from … to …`."""
        first, last, fires = kept.stretch
        return f"{fires} occurrences from {self.full(first)} to {self.full(last)}"


def length(seconds: int) -> str:
    """`4m12s`; days and hours without what is below them."""
    if seconds >= DAY:
        seconds -= seconds % 3600
    return format_duration(seconds)
