"""What an agent may use, and what it costs."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Budget(msgspec.Struct, frozen=True):
    """Bounds on use, of one run or of one day; None means no bound.

    `usd` is US dollars, `tokens` counts those in and out, `tools` counts calls of
    tools, `time` is seconds.
    """

    usd: float | None = None
    tokens: int | None = None
    turns: int | None = None
    tools: int | None = None
    time: int | None = None


NO_BUDGET = Budget()


class Price(msgspec.Struct, frozen=True):
    """US dollars for a million tokens. `cached` None: as dear as other input."""

    input: float
    output: float
    cached: float | None = None


class Used(NamedTuple):
    """What was used, in the measures of `Budget`."""

    usd: float = 0.0
    tokens: float = 0
    turns: float = 0
    tools: float = 0
    time: float = 0.0
