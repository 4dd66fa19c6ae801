"""Instants as text and back: RFC 3339, in UTC with `Z` unless a zone is wanted."""

from __future__ import annotations

import functools
from datetime import UTC, datetime


@functools.lru_cache(maxsize=64)
def utc_text(seconds: int) -> str:
    """`2026-11-20T06:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_text_ms(milliseconds: int) -> str:
    """`2026-11-20T06:00:00.125Z`."""
    whole, rest = divmod(milliseconds, 1000)
    return f"{utc_text(whole)[:-1]}.{rest:03d}Z"


def local_text(seconds: int, zone: str) -> str:
    """`2026-11-20T07:00:00+01:00`: the wall clock of the zone with its offset."""
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(seconds, ZoneInfo(zone)).isoformat()


def parse_ms(text: str) -> int:
    """Milliseconds of an RFC 3339 text. Raises ValueError where it has no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"{text} has no UTC offset (write it as 2026-11-20T06:00:00+01:00)"
        raise ValueError(message)
    return round(moment.timestamp() * 1000)


def ms_or_none(text: str | None) -> int | None:
    return None if text is None else parse_ms(text)
