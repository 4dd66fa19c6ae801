"""Time spans and sizes as systemd writes them."""

from __future__ import annotations

import re
from fractions import Fraction

_SECONDS: dict[str, Fraction] = {
    "us": Fraction(1, 1_000_000),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86_400),
    "w": Fraction(7 * 86_400),
    "M": Fraction(2_629_800),
    "y": Fraction(31_557_600),
}
_NAMES: dict[str, str] = {
    "": "s",
    "usec": "us",
    "µs": "us",
    "msec": "ms",
    **dict.fromkeys(("sec", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "minute", "minutes"), "m"),
    **dict.fromkeys(("hr", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
    **dict.fromkeys(("month", "months"), "M"),
    **dict.fromkeys(("year", "years"), "y"),
}
_PART = re.compile(r"\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*([A-Za-zµ]*)", re.ASCII)
_SIZE = re.compile(r"([0-9]{1,15})([KMGT]?)B?", re.ASCII)


def seconds(text: str) -> int | None:
    """`1h 30min` as 5400; None for what is no whole number of seconds, 1 or more."""
    total, position = Fraction(0), 0
    text = text.strip()
    while position < len(text):
        match = _PART.match(text, position)
        unit = match and _NAMES.get(match[2], match[2])
        if match is None or unit not in _SECONDS:
            return None
        total += Fraction(match[1]) * _SECONDS[unit]
        position = match.end()
    return int(total) if total >= 1 and total.denominator == 1 else None


def memory(text: str) -> int | None:
    """Bytes of `512M`; None for a share of the machine's memory or no bound."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1]) * 1024 ** " KMGT".index(match[2] or " ") or None
