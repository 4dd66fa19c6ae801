"""What is wrong in a configuration, found node by node and gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from runner.config.yaml_tree import Place
from runner.model.errors import Code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


class Finding(msgspec.Struct, frozen=True):
    """Something wrong at a node; without a code, the closest one is not known here."""

    place: Place
    message: str
    hint: str = ""
    code: Code | None = None


class Rejected(Exception):  # noqa: N818 - it carries findings, an error comes later
    """A value that cannot be used, with all that is wrong in it."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(*findings)
        self.findings = findings


class Findings:
    """Gathers what is wrong in one part while the other parts are still read."""

    def __init__(self, first: Iterable[Finding] = ()) -> None:
        self.all = list(first)

    def attempt(self, make: Callable[[], T]) -> T | None:
        """What `make` returns, or None and findings more."""
        try:
            return make()
        except Rejected as rejected:
            self.all.extend(rejected.findings)
            return None


def reject(place: Place, message: str, hint: str = "") -> Rejected:
    return Rejected(Finding(place, message, hint))
