"""What a benchmark says: a number, what bounds it, and whether that held."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Samples = list[float]
"""Durations in seconds."""


class Line(NamedTuple):
    """One result. `held` is None where there is nothing to hold."""

    what: str
    measured: str
    bound: str = ""
    held: bool | None = None

    def __str__(self) -> str:
        verdict = {None: "", True: "held", False: "MISSED"}[self.held]
        return f"  {self.what:<34} {self.measured:<66} {self.bound:<9} {verdict}"


def compared(what: str, ours: Samples, theirs: Samples, at_most: float) -> Line:
    """Our median as a ratio of the baseline's."""
    ratio = statistics.median(ours) / statistics.median(theirs)
    text = f"{ratio:5.2f} x   {spread(ours)} against {spread(theirs)}"
    return Line(what, text, f"≤ {at_most:g} x", ratio <= at_most)


def bounded(what: str, value: float, at_most: float, unit: str) -> Line:
    """One number and its absolute bound, in the same unit."""
    return Line(what, f"{value:.4g} {unit}", f"≤ {at_most:g} {unit}", value <= at_most)


def median_ms(samples: Samples) -> float:
    return statistics.median(samples) * 1000


def percentile(samples: Samples, share: float) -> float:
    """The smallest sample that at least this share of them does not exceed."""
    ordered = sorted(samples)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def spread(samples: Samples) -> str:
    """Median and, in brackets, the least and the most."""
    low, middle, high = min(samples), statistics.median(samples), max(samples)
    if middle >= 1:
        return f"{middle:.2f} s ({low:.2f}-{high:.2f})"
    return f"{middle * 1e3:.3g} ms ({low * 1e3:.3g}-{high * 1e3:.3g})"


def interleaved(
    sides: Sequence[Callable[[], Samples]], rounds: int
) -> tuple[Samples, ...]:
    """A B A B …: whatever else the machine does meets both sides alike."""
    taken: tuple[Samples, ...] = tuple([] for _ in sides)
    for _ in range(rounds):
        for samples, side in zip(taken, sides, strict=True):
            samples.extend(side())
    return taken


def timed(action: Callable[[], object]) -> float:
    before = time.perf_counter()
    action()
    return time.perf_counter() - before


def peak_memory() -> int:
    """The most that this process ever had, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def until(condition: Callable[[], bool], what: str, within: float) -> None:
    """Look every few milliseconds; AssertionError when the time is over."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"still waiting for {what}"
        time.sleep(0.01)
