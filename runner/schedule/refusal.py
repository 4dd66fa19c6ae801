"""Which field of a cron expression does not name a local time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.schedule.cron import ALIASES, FIELDS, parse

if TYPE_CHECKING:
    from datetime import datetime


class Refusal(NamedTuple):
    """A field, by its label and its text."""

    field: str
    text: str


def refusals(expression: str, wall: datetime) -> list[Refusal]:
    """The fields because of which the expression does not name that minute."""
    named = parse(expression)
    days = named.days
    by_day, by_weekday = wall.day in days.days, wall.weekday() in days.weekdays
    if days.either:
        # Either is enough, so only both together refuse.
        by_day = by_weekday = by_day or by_weekday
    accepted = (
        wall.minute in named.minutes,
        wall.hour in named.hours,
        by_day,
        wall.month in days.months,
        by_weekday,
    )
    text = expression.strip().lower()
    texts = ALIASES.get(text, text).split()
    return [
        Refusal(field.label, text)
        for field, text, accepts in zip(FIELDS, texts, accepted, strict=True)
        if not accepts
    ]
