"""A zone as stretches of time in which its wall clock runs evenly.

Python's zones answer which offset holds at an instant; the cron rules also ask when
the clock jumped, how far, and which minutes it shows for the second time.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from runner.model.errors import TriggerInvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400
PROBE = 4 * DAY
"""Offsets are compared this far apart: no zone has changed twice within 6 days."""
BLOCK = 24 * PROBE
"""Time is cut here too, so that what was found can be kept and found again."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")


class Span(NamedTuple):
    """The instants `start` ≤ t < `end`, in which wall clock = t + `offset` (seconds).

    `skipped` seconds are missing on the wall clock just before `start`; what it shows
    in a `repeated` span it has shown before.
    """

    start: int
    end: int
    offset: int
    skipped: int = 0
    repeated: bool = False


class Zone:
    """An IANA zone; remembers the spans it has been asked for."""

    def __init__(self, info: ZoneInfo) -> None:
        self._info = info
        self._blocks: dict[int, tuple[Span, ...]] = {}

    def span(self, instant: int) -> Span:
        """The span that holds `instant`."""
        number = instant // BLOCK
        spans = self._blocks.get(number)
        if spans is None:
            spans = self._blocks[number] = tuple(self._spans(number * BLOCK))
        return next(span for span in spans if instant < span.end)

    def _spans(self, start: int) -> Iterator[Span]:
        """The spans of the block that starts at `start`, cut off at its edges."""
        end = start + BLOCK
        # A repeated stretch may reach in from the block before.
        pieces = [*self._pieces(start - PROBE, end), Span(end, end, 0)]
        for piece, following in pairwise(pieces):
            skipped = piece.skipped if piece.start >= start else 0
            span = piece._replace(
                start=max(piece.start, start),
                end=min(following.start, end),
                skipped=skipped,
            )
            if span.start < span.end:
                yield span

    def _pieces(self, start: int, end: int) -> Iterator[Span]:
        """Like spans, but each only knows how it starts; its `end` is nominal."""
        yield Span(start, end, _seconds(self._offset(start)))
        for instant in self._changes(start, end):
            before = _seconds(self._offset(instant - 1))
            after = _seconds(self._offset(instant))
            if after > before:
                yield Span(instant, end, after, skipped=after - before)
            else:
                yield Span(instant, end, after, repeated=True)
                yield Span(instant + before - after, end, after)

    def _changes(self, start: int, end: int) -> Iterator[int]:
        """The instants in (`start`, `end`) from which another offset holds."""
        for low, high in pairwise(range(start, end + 1, PROBE)):
            before = self._offset(low)
            if self._offset(high) != before:
                yield self._change_within(low, high, before)

    def _change_within(self, low: int, high: int, before: timedelta) -> int:
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == before:
                low = middle
            else:
                high = middle
        return high

    def _offset(self, instant: int) -> timedelta:
        offset = datetime.fromtimestamp(instant, self._info).utcoffset()
        return offset or timedelta()


def _seconds(offset: timedelta) -> int:
    return offset // timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone(name: str) -> Zone:
    """Raises `TriggerInvalidError` when no such IANA zone is known here."""
    # The zones below right/ count leap seconds, which UTC epoch seconds do not.
    if not NAME.fullmatch(name) or name.startswith("right/"):
        raise _unknown(name)
    try:
        return Zone(ZoneInfo(name))
    # ValueError: not zone data. OSError: a folder of zones, or a name too long.
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _unknown(name) from error


def forget() -> None:
    zone.cache_clear()
    ZoneInfo.clear_cache()


def _unknown(name: str) -> TriggerInvalidError:
    return TriggerInvalidError(
        f"{name!r} is not a known time zone", field="timezone", hint=_nearest(name)
    )


@lru_cache(maxsize=64)
def _nearest(name: str) -> str:
    by_folded_name = {known.casefold(): known for known in available_timezones()}
    close = get_close_matches(name.casefold(), by_folded_name, n=1)
    if close:
        return f"did you mean {by_folded_name[close[0]]}?"
    return "use an IANA name such as Europe/Amsterdam or UTC"
