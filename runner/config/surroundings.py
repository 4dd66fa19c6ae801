"""What a load must be told, as nothing here reads an environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec


class Surroundings(msgspec.Struct, frozen=True):
    """Where a configuration is read: its meaning depends on it.

    `agents` are the names that `agent:` may have, none means any; those of them
    `without_cost` do not tell what they cost. `base` is the base environment, empty if
    it is not known.
    """

    home: Path
    system_zone: str
    base: Mapping[str, str] = {}
    agents: frozenset[str] = frozenset()
    without_cost: frozenset[str] = frozenset()
