"""The keys of what agents may use, and of what a model costs."""

from __future__ import annotations

import msgspec

from runner.config.containers import optional
from runner.config.declaration import Key, Section, Shape
from runner.config.findings import reject
from runner.config.section import Fields, table
from runner.config.values import count, duration, integer, money
from runner.model.budget import NO_BUDGET, Budget, Price

USD = Key(
    name="usd",
    shape=optional(money()),
    unit="US dollars",
    otherwise="no bound",
    description="Cost.",
    example="0.50",
)
TOKENS = Key(
    name="tokens",
    shape=optional(count()),
    otherwise="no bound",
    description="Tokens, in and out.",
    example="200k",
)
TURNS = Key(
    name="turns",
    shape=optional(integer(1)),
    otherwise="no bound",
    description="Turns that agents may take.",
    example="40",
)
TOOLS = Key(
    name="tools",
    shape=optional(integer(1)),
    otherwise="no bound",
    description="Calls of tools.",
    example="100",
)
TIME = Key(
    name="time",
    shape=optional(duration()),
    unit="seconds",
    otherwise="no bound",
    description="How long agents may work.",
    example="20m",
)
BOUNDS = (USD, TOKENS, TURNS, TOOLS, TIME)


def _budget(fields: Fields) -> Budget:
    return Budget(
        usd=fields.get(USD),
        tokens=fields.get(TOKENS),
        turns=fields.get(TURNS),
        tools=fields.get(TOOLS),
        time=fields.get(TIME),
    )


PER_DAY = Key(
    name="per_day",
    shape=table(Section("per_day", BOUNDS), _budget),
    otherwise="no bounds",
    description="Bounds on all runs of a day, in the project's zone, together.",
    example="{usd: 5, time: 2h}",
)
BUDGET = Section("budget", (*BOUNDS, PER_DAY))
DAILY_BUDGET = Section("the budget for a day", (PER_DAY,))


class Allowance(msgspec.Struct, frozen=True):
    """What a run may use, and all runs of a day together."""

    run: Budget = NO_BUDGET
    daily: Budget = NO_BUDGET


def allowance() -> Shape[Allowance]:
    return table(
        BUDGET,
        lambda fields: Allowance(_budget(fields), fields.get(PER_DAY) or NO_BUDGET),
    )


def daily_budget() -> Shape[Budget]:
    """For those that have no runs of their own: a role, the project."""
    return table(DAILY_BUDGET, lambda fields: fields.get(PER_DAY) or NO_BUDGET)


INPUT = Key(
    name="input",
    shape=money(free=True),
    unit="US dollars",
    description="Price of a million tokens that the model reads.",
    example="1.25",
)
CACHED = Key(
    name="cached",
    shape=money(free=True),
    unit="US dollars",
    otherwise="that of `input`",
    description="Price of a million tokens that it reads from a cache.",
    example="0.125",
)
OUTPUT = Key(
    name="output",
    shape=money(free=True),
    unit="US dollars",
    description="Price of a million tokens that it writes.",
    example="10",
)
PRICE = Section("a price", (INPUT, CACHED, OUTPUT))


def _price(fields: Fields) -> Price:
    read, written = fields.get(INPUT), fields.get(OUTPUT)
    if read is None or written is None:
        missing = INPUT if read is None else OUTPUT
        raise reject(fields.place, f"{missing.name} is missing")
    return Price(read, written, fields.get(CACHED))


def price() -> Shape[Price]:
    return table(PRICE, _price)
