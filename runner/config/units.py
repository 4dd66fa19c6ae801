"""Durations, sizes and counts as people write them, and back."""

from __future__ import annotations

import re

MAX_SECONDS = 100 * 365 * 86_400  # beyond a century, dates overflow
MAX_BYTES = 2**63 - 1

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(
    r"(?=\d)(?:(?P<d>\d{1,9})d)?(?:(?P<h>\d{1,9})h)?"
    r"(?:(?P<m>\d{1,9})m)?(?:(?P<s>\d{1,9})s)?",
    re.ASCII,
)

_BYTES = {
    "B": 1,
    **{f"{letter}B": 1000**power for power, letter in enumerate("kMGT", 1)},
    "KB": 1000,
    **{f"{letter}iB": 1024**power for power, letter in enumerate("KMGT", 1)},
}
_COUNTS = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000}
_QUANTITY = re.compile(r"(\d{1,19}) ?([A-Za-z]*)", re.ASCII)


def parse_duration(text: str) -> int:
    """Seconds of `90s`, `10m`, `2h`, `1d` or `1h30m`; raises ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None:
        message = "is not a duration: write 90s, 10m, 2h, 1d or 1h30m"
        raise ValueError(message)
    seconds = sum(
        int(count) * _SECONDS[unit] for unit, count in match.groupdict("0").items()
    )
    if seconds > MAX_SECONDS:
        message = "is longer than 100 years"
        raise ValueError(message)
    return seconds


def parse_seconds(text: str) -> int:
    """The same, or a plain number of seconds; at least one."""
    seconds = parse_duration(f"{text}s" if text.isdecimal() else text)
    if seconds < 1:
        message = "is not at least a second"
        raise ValueError(message)
    return seconds


def format_duration(seconds: int) -> str:
    """`5400` as `1h30m`: what `parse_duration` reads back."""
    parts = []
    for unit, length in _SECONDS.items():
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_size(text: str) -> int:
    """Bytes of `512MiB`, `1GB` or `256KiB`; raises ValueError."""
    size = _quantity(text, _BYTES)
    if size is None:
        message = "is not a size: write 512MiB, 1GB or 256KiB"
        raise ValueError(message)
    if size > MAX_BYTES:
        message = "is larger than any file can be"
        raise ValueError(message)
    return size


def format_size(size: int) -> str:
    """`1073741824` as `1GiB`: the largest unit that needs no fraction."""
    for unit, length in sorted(_BYTES.items(), key=lambda item: -item[1]):
        if size and size % length == 0 and unit != "KB":
            return f"{size // length}{unit}"
    return "0B"


def parse_count(text: str) -> int:
    """A number of tokens such as `200k` or `1M`; raises ValueError."""
    count = _quantity(text, _COUNTS)
    if count is None:
        message = "is not a count: write 200000, 200k or 1M"
        raise ValueError(message)
    return count


def _quantity(text: str, units: dict[str, int]) -> int | None:
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2] not in units:
        return None
    return int(match[1]) * units[match[2]]
