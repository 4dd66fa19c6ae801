"""The keys that say when a job runs."""

from __future__ import annotations

import re
from datetime import datetime

from runner.config.containers import converted, either, list_of
from runner.config.declaration import Key, Section, Shape
from runner.config.section import table
from runner.config.values import duration, integer, one_of, text
from runner.config.yaml_tree import ListNode, Node, ScalarNode
from runner.model.errors import Code
from runner.model.schedule import WEEKDAYS

PERIODS = ("hourly", "daily", "weekly", "monthly")

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
Time = tuple[int, int]


def _parse_time(written: str) -> Time:
    match = _TIME.fullmatch(written)
    if match is None:
        message = 'is not a time of day: write "06:00"'
        raise ValueError(message)
    return int(match[1]), int(match[2])


def _parse_instant(written: str) -> int:
    message = 'is not an instant with its offset: write "2026-12-01T09:00+01:00"'
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(message) from None
    if instant.tzinfo is None:
        raise ValueError(message)
    return int(instant.timestamp())


def _times() -> Shape[tuple[Time, ...]]:
    time = converted(text("time of day"), _parse_time)
    kinds: dict[type[Node], Shape[tuple[Time, ...]]] = {
        ScalarNode: converted(time, lambda one: (one,)),
        ListNode: list_of(time, least=1),
    }
    return either("time of day or list of them", kinds)


def zone() -> Shape[str]:
    return text("IANA zone")


CRON = Key(
    name="cron",
    shape=text("cron expression"),
    description="Five fields, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.",
    example='"0 6 * * 1-5"',
)
TIMEZONE = Key(
    name="timezone",
    shape=zone(),
    otherwise="the project's zone; `cron` needs one, `at` falls back to the system's",
    description="The IANA zone of `cron` and `at`.",
    example="Europe/Amsterdam",
)
EVERY = Key(
    name="every",
    shape=duration(),
    unit="seconds",
    description="An interval of real time, anchored at the UTC epoch.",
    example="10m",
)
OFFSET = Key(
    name="offset",
    shape=duration(0),
    default=0,
    unit="seconds",
    description="How long after the anchor `every` fires; less than `every`.",
    example="2m",
)
AT = Key(
    name="at",
    shape=_times(),
    description="A time of day, or several.",
    example='["06:00", "18:30"]',
)
ON_WEEKDAYS = Key(
    name="weekdays",
    shape=list_of(one_of(WEEKDAYS), least=1),
    otherwise="every day",
    description="The days on which `at` holds.",
    example="[mon, fri]",
)
ONCE = Key(
    name="once",
    shape=converted(text("instant"), _parse_instant),
    description="A single instant: RFC 3339, with its offset from UTC.",
    example="2026-12-01T09:00+01:00",
)
WHEN_SECTION = Section("when", (CRON, TIMEZONE, EVERY, OFFSET, AT, ON_WEEKDAYS, ONCE))
WHEN = Key(
    name="when",
    shape=table(WHEN_SECTION, lambda fields: fields),
    otherwise="the job runs only when asked to",
    description="When the job runs: one of `cron`, `every`, `at`, `once`.",
    example='{cron: "0 6 * * *", timezone: Europe/Amsterdam}',
    code=Code.JOB_TRIGGER_INVALID,
)

SCHEDULE = Key(
    name="schedule",
    shape=one_of(PERIODS),
    otherwise="see `when`",
    description="The older way to say when: due once the minimum interval (1 h, 20 h, "
    "6 d, 25 d) since the last start has passed and the preferred time is reached.",
    example="daily",
    code=Code.JOB_TRIGGER_INVALID,
)
PREFERRED_HOUR = Key(
    name="preferred_hour",
    shape=integer(0, 23),
    default=6,
    description="The hour of `schedule`: daily, weekly and monthly.",
    example="8",
    code=Code.JOB_TRIGGER_INVALID,
)
PREFERRED_WEEKDAY = Key(
    name="preferred_weekday",
    shape=integer(0, 6),
    default=0,
    description="The day of `schedule: weekly`; 0 is Monday.",
    example="4",
    code=Code.JOB_TRIGGER_INVALID,
)
PREFERRED_DAY = Key(
    name="preferred_day",
    shape=integer(1, 31),
    default=1,
    description="The day of `schedule: monthly`.",
    example="15",
    code=Code.JOB_TRIGGER_INVALID,
)
LEGACY = (SCHEDULE, PREFERRED_HOUR, PREFERRED_WEEKDAY, PREFERRED_DAY)
