"""What differs between two runs, as a read model."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from runner.model.errors import JsonScalar
from runner.model.views import RunView


class Section(StrEnum):
    """What a fact about a run is about, in the order in which it is told."""

    WHAT = "what"
    WHO = "who"
    ENVIRONMENT = "environment"
    WHERE = "where"
    OUTCOME = "outcome"
    FILES = "files"


class Fact(msgspec.Struct, frozen=True):
    """One thing that is known of two runs; None: there is none.

    Names that end in `_ms` are milliseconds. In `environment` the name is that of a
    variable, and the sides say whether it was set; in `files` it is that of a file,
    and the sides are its sha256 (or its size, where it is too large for one).
    """

    section: Section
    name: str
    left: JsonScalar
    right: JsonScalar

    @property
    def same(self) -> bool:
        return self.left == self.right


class Comparison(msgspec.Struct, frozen=True):
    """Two runs side by side.

    `gaps` say which documents could not be read; what only they tell is left out.
    """

    left: RunView
    right: RunView
    facts: tuple[Fact, ...]
    gaps: tuple[str, ...] = ()
