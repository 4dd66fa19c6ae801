"""Cron expressions → timetables.

A strict grammar decides what is an expression and says which field is wrong; croniter
expands the fields; the walk through time is ours.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

# croniter carries no types: `_expand` is the only place that touches it.
from croniter import croniter  # type: ignore[import-untyped]

from runner.model.errors import TriggerInvalidError
from runner.schedule.pattern import DayRule, Pattern
from runner.schedule.wall import WallTimetable
from runner.schedule.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.model.schedule import Cron

ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
ITEM = re.compile(
    r"(?P<low>\*|[0-9]{1,4}|[a-z]{3})"
    r"(-(?P<high>[0-9]{1,4}|[a-z]{3}))?"
    r"(/(?P<step>[0-9]{1,4}))?"
)
EXPRESSIONS_KEPT = 4_096
LONGEST_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Field(NamedTuple):
    """The first of `names` stands for `low`, the next ones for what follows it."""

    label: str
    low: int
    high: int
    names: str = ""


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
    Field("day of week", 0, 7, "sun mon tue wed thu fri sat"),
)


class Recurrence(NamedTuple):
    """What an expression says, without a zone.

    `wildcard` says that it goes by intervals rather than times of day, which matters
    where clocks are put forward or back.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: DayRule
    wildcard: bool


def cron_timetable(cron: Cron) -> WallTimetable:
    """Raises `TriggerInvalidError` whose `field` names the wrong part."""
    found = parse(cron.expression)
    minutes = (
        60 * hour + minute for hour, minute in product(found.hours, found.minutes)
    )
    pattern = Pattern(minutes, found.days)
    return WallTimetable(pattern, zone(cron.timezone), wildcard=found.wildcard)


@lru_cache(maxsize=EXPRESSIONS_KEPT)
def parse(expression: str) -> Recurrence:
    """Raises `TriggerInvalidError` whose `field` names the wrong part."""
    texts = _split(expression)
    minutes, hours, days, months, weekdays = _expand(texts)
    rule = DayRule(
        months=frozenset(months),
        days=frozenset(days),
        # Cron counts from Sunday, as 0 and as 7.
        weekdays=frozenset((weekday - 1) % 7 for weekday in weekdays),
        either=not (texts[2].startswith("*") or texts[4].startswith("*")),
    )
    _refuse_never(rule)
    wildcard = texts[0].startswith("*") or texts[1].startswith("*")
    return Recurrence(frozenset(minutes), frozenset(hours), rule, wildcard)


def _split(expression: str) -> list[str]:
    """The five fields, lower case."""
    text = expression.strip(" \t\r\n").lower()
    if text.startswith("@"):
        if text not in ALIASES:
            message = f"{text} is not known here"
            hint = f"five fields, or one of {', '.join(ALIASES)}"
            raise TriggerInvalidError(message, field="cron", hint=hint)
        text = ALIASES[text]
    texts = re.split(r"[ \t]+", text)
    if len(texts) != len(FIELDS):
        message = f"{expression!r} has {len(texts) if text else 0} fields, not five"
        hint = ", ".join(field.label for field in FIELDS)
        raise TriggerInvalidError(message, field="cron", hint=hint)
    return texts


def _expand(texts: Sequence[str]) -> list[list[int]]:
    """Every value that each of the five fields names."""
    plain = " ".join(
        ",".join(_plain_item(field, item) for item in text.split(","))
        for field, text in zip(FIELDS, texts, strict=True)
    )
    expanded: list[list[int | str]] = croniter.expand(plain)[0]
    return [
        list(_values(field, entries))
        for field, entries in zip(FIELDS, expanded, strict=True)
    ]


def _values(field: Field, entries: Iterable[int | str]) -> Iterable[int]:
    for entry in entries:
        if isinstance(entry, int):
            yield entry
        else:  # croniter's "*"
            yield from range(field.low, field.high + 1)


def _plain_item(field: Field, item: str) -> str:
    """The item in numbers only, once the grammar has accepted it."""
    parts = ITEM.fullmatch(item)
    if parts is None:
        raise _wrong(field, item, "is not a number, a range, a step or *")
    low, high, step = parts.group("low", "high", "step")
    if step is not None and int(step) == 0:
        raise _wrong(field, item, "steps by 0")
    suffix = f"/{int(step)}" if step else ""
    if low == "*":
        if high is not None:
            raise _wrong(field, item, "is not a range")
        return f"*{suffix}"
    if high is None:
        if step is not None:
            raise _wrong(
                field, item, f"has a step but no range: write {low}-{field.high}/{step}"
            )
        return str(_number(field, item, low))
    start, end = _number(field, item, low), _number(field, item, high)
    if start > end:
        raise _wrong(field, item, "runs backwards")
    # croniter takes a range of one value for the whole field.
    return str(start) if start == end else f"{start}-{end}{suffix}"


def _number(field: Field, item: str, text: str) -> int:
    names = field.names.split()
    if text in names:
        return field.low + names.index(text)
    if not text.isdecimal():
        raise _wrong(field, item, f"has no place for the name {text}")
    number = int(text)
    if not field.low <= number <= field.high:
        raise _wrong(field, item, f"lies outside {field.low}-{field.high}")
    return number


def _refuse_never(rule: DayRule) -> None:
    if rule.either or any(
        min(rule.days) <= LONGEST_MONTH_DAYS[month - 1] for month in rule.months
    ):
        return
    message = "no such date: none of these months has any of these days"
    raise TriggerInvalidError(message, field="day of month")


def _wrong(field: Field, item: str, what: str) -> TriggerInvalidError:
    return TriggerInvalidError(f"{field.label}: {item!r} {what}", field=field.label)
