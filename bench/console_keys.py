"""From a key to what it paints, while a log grows and rows of the list change."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from bench.noise import changing, line, running
from bench.report import Line, median_ms, percentile, spread
from bench.terminal import DOWN, ESCAPE, UP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.report import Samples
    from bench.terminal import Terminal
    from runner.engine.project import Project

BOUND_MS = 35.0
PAUSES = (0.05, 0.11, 0.17)
"""Seconds between a painting and the next key; no beat of the console's own."""

CHANGED = [f"job{number}" for number in range(20)]
"""Jobs whose rows are in view."""


def under_cursor(job_id: str) -> str:
    """Matches the row of the list that the cursor is on: it is painted in one piece."""
    return f"{job_id} +command"


def paints(
    project: Project, console: Terminal, what: str, times: int
) -> Iterator[Line]:
    """The console's cursor is on the job `endless`; `quiet` is below it."""
    with running(project, "endless"), changing(project.state.index, CHANGED):
        console.press("l")
        console.find(line(0)[:7])
        console.press(ESCAPE)
        console.watch(1)  # it takes a moment to be no longer part of another key
        yield _within(f"key in the list, {what}", _in_list(console, times))
        console.press("l")
        yield _within(f"key in the log, {what}", _in_log(console, times))


def _in_list(console: Terminal, times: int) -> Samples:
    """Down and up: to a job without a log, and back to the one whose log grows."""
    moves = itertools.cycle(((DOWN, "quiet"), (UP, "endless")))
    taken: Samples = []
    for (key, job_id), pause in zip(moves, itertools.cycle(PAUSES), strict=False):
        console.watch(pause)
        console.press(key)
        taken.append(console.until(under_cursor(job_id)))
        if len(taken) == times:
            break
    return taken


def _in_log(console: Terminal, times: int) -> Samples:
    """Up, line by line, away from the end that moves."""
    console.press(UP)
    console.watch(1)
    console.press(UP)
    console.watch(1)
    seen = re.findall(rb"line (\d{9}) ", console.watch(0))
    top = min(int(number) for number in seen)
    taken: Samples = []
    for number, pause in zip(range(times), itertools.cycle(PAUSES), strict=False):
        console.watch(pause)
        console.press(UP)
        taken.append(console.until(line(top - 1 - number)))
    return taken


def _within(what: str, taken: Samples) -> Line:
    high = percentile(taken, 0.95) * 1000
    said = f"p50 {median_ms(taken):.0f} ms, p95 {high:.0f} ms   {spread(taken)}"
    return Line(what, said, f"≤ {BOUND_MS:g} ms", high <= BOUND_MS)
