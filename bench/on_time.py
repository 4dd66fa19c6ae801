"""How long after its instant a child is executed: by ticks alone, and by one that stays."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.project import folder, staying, ticking, write
from bench.report import Line, bounded, percentile, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bench.report import Samples

    Driven = Callable[[Path], AbstractContextManager[object]]

PERIOD = 5
LONELY = 1
"""The offset of a job that is due alone: the waiting worker takes it itself."""

TOGETHER = 3
"""The offset of four jobs: three of them need a worker that has yet to start."""

NAMES = ("lonely", "first", "second", "third", "fourth")


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    seconds = 20 if quick else 75
    yield from _measured(place / "ticks", ticking, "ticks alone", seconds, 250)
    yield from _measured(place / "stays", staying, "resident", seconds, 50)


def _measured(
    place: Path, driven: Driven, name: str, seconds: int, at_most: float
) -> Iterator[Line]:
    with folder() as out:
        offsets = dict.fromkeys(NAMES, TOGETHER) | {"lonely": LONELY}
        jobs = "\n".join(_job(name, offset, out) for name, offset in offsets.items())
        config = write(place, jobs)
        with driven(config):
            time.sleep(seconds)
            write(place, "")
        late = {name: _late(out / name, offset) for name, offset in offsets.items()}
    together = [sample for name in NAMES[1:] for sample in late[name]]
    everything = together + late["lonely"]
    least = seconds // PERIOD * len(NAMES)
    started = f"{len(everything)} of at least {least}"
    yield Line(f"{name}: started", started, "all", len(everything) >= least)
    yield Line(f"{name}: one job at an instant", spread(late["lonely"]))
    yield Line(f"{name}: four jobs at an instant", spread(together))
    p99 = percentile(everything, 0.99) * 1000
    yield bounded(f"{name}: p99 of {len(everything)}", p99, at_most, "ms")


def _job(name: str, offset: int, out: Path) -> str:
    """The child writes the time as soon as it is executed."""
    when = f"every: {PERIOD}s, offset: {offset}s"
    command = f"exec date +%s.%N >> {out}/{name}"
    return f'  {name}: {{command: "{command}", when: {{{when}}}}}'


def _late(path: Path, offset: int) -> Samples:
    """Seconds after the last instant before each start."""
    return [
        (float(line) - offset) % PERIOD for line in path.read_text("ascii").splitlines()
    ]
