"""`OnCalendar=` of systemd → grids of minutes, hours and days."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.imports.grid import Grid

if TYPE_CHECKING:
    from jobconsole.imports.grid import Values

_WORDS = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": "*-*-* 00:00:00",
    "weekly": "Mon *-*-* 00:00:00",
    "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00",
    "semiannually": "*-01,07-01 00:00:00",
    "semi-annually": "*-01,07-01 00:00:00",
    "biannually": "*-01,07-01 00:00:00",
    "bi-annually": "*-01,07-01 00:00:00",
    "yearly": "*-01-01 00:00:00",
    "annually": "*-01-01 00:00:00",
    "anually": "*-01-01 00:00:00",
}
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_NUMBERS = r"[0-9*,./]+"
_DATE = re.compile(
    rf"(?:(?P<year>{_NUMBERS})-)?(?P<month>{_NUMBERS})-(?P<day>{_NUMBERS})"
)
_TIME = re.compile(
    rf"(?P<hour>{_NUMBERS}):(?P<minute>{_NUMBERS})(?::(?P<second>{_NUMBERS}))?"
)
_WEEKDAYS = re.compile(r"[A-Za-z]{3,9}(?:(?:\.\.|-|,)[A-Za-z]{3,9})*,?")
_ITEM = re.compile(
    r"(?P<low>\*|[0-9]{1,2})(?:\.\.(?P<high>[0-9]{1,2}))?(?:/(?P<step>[0-9]{1,4}))?"
)

_MIDNIGHT = Grid(frozenset({0}), frozenset({0}))


class Calendar(NamedTuple):
    """One expression; `zone` is None where it names none."""

    grid: Grid
    zone: str | None


class InexpressibleError(ValueError):
    """No schedule of ours says the same; the message says why."""


def read_calendar(expression: str) -> Calendar:
    """Raises InexpressibleError."""
    words = expression.split()
    zone = None
    if len(words) > 1 and words[-1][0].isalpha():
        zone = words.pop()
        zone = zone.upper() if zone.lower() == "utc" else zone
    if len(words) == 1 and words[0].lower() in _WORDS:
        words = _WORDS[words[0].lower()].split()
    weekdays: Values = None
    if words and _WEEKDAYS.fullmatch(words[0]):
        weekdays = _weekdays(words.pop(0))
        words = words or ["00:00"]
    return Calendar(_grid(words, weekdays), zone)


def _grid(words: list[str], weekdays: Values) -> Grid:
    date = _DATE.fullmatch(words[0]) if words else None
    rest = words[1:] if date else words
    time = _TIME.fullmatch(rest[0]) if rest else None
    if not words or rest[1 if time else 0 :]:
        message = "it is not of the usual form"
        raise InexpressibleError(message)
    grid = _MIDNIGHT if time is None else _time(time)
    if date is not None:
        grid = grid._replace(**_date(date))
    if grid.days is not None and weekdays is not None:
        message = "both the date and the weekday must fit"
        raise InexpressibleError(message)
    return grid._replace(weekdays=weekdays)


def _time(time: re.Match[str]) -> Grid:
    if _values(time["second"] or "0", 0, 59) != frozenset({0}):
        message = "it goes by seconds"
        raise InexpressibleError(message)
    return Grid(_values(time["minute"], 0, 59), _values(time["hour"], 0, 23))


def _date(date: re.Match[str]) -> dict[str, Values]:
    if (date["year"] or "*") != "*":
        message = "it names a year"
        raise InexpressibleError(message)
    return {
        "days": _values(date["day"], 1, 31),
        "months": _values(date["month"], 1, 12),
    }


def _values(text: str, low: int, high: int) -> Values:
    """The values of a list of numbers, ranges and repetitions."""
    found: set[int] = set()
    for item in text.split(","):
        parts = _ITEM.fullmatch(item)
        if parts is None or (parts["low"] == "*" and parts["high"]):
            message = f"{item!r} is not of the usual form"
            raise InexpressibleError(message)
        if parts["low"] == "*":
            if parts["step"]:
                message = f"{item!r} is not of the usual form"
                raise InexpressibleError(message)
            return None
        start = int(parts["low"])
        step = int(parts["step"] or 1)
        last = int(parts["high"] or (high if parts["step"] else start))
        in_vain = parts["step"] and not parts["high"] and start + step > high
        if not low <= start <= last <= high or not step or in_vain:
            message = f"{item!r} lies outside {low} to {high}"
            raise InexpressibleError(message)
        found.update(range(start, last + 1, step))
    return None if len(found) == high - low + 1 else frozenset(found)


def _weekdays(text: str) -> Values:
    """From Sunday, which is 0."""
    found: set[int] = set()
    for item in text.rstrip(",").split(","):
        first, separator, last = item.replace("..", "-").partition("-")
        start = _weekday(first)
        # From Monday, as systemd counts.
        end = _weekday(last) if separator else start
        low, high = (start - 1) % 7, (end - 1) % 7
        if low > high:
            message = f"{item!r} runs backwards"
            raise InexpressibleError(message)
        found.update((day + 1) % 7 for day in range(low, high + 1))
    return None if len(found) == len(_DAYS) else frozenset(found)


def _weekday(name: str) -> int:
    for number, day in enumerate(_DAYS):
        if name.lower() in {day, day[:3]}:
            return number
    message = f"{name!r} is no weekday"
    raise InexpressibleError(message)
