"""Jobs that all fall due at one instant, beside cronstable 1.2.72."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from bench.project import ticking, write
from bench.report import Line, compared, interleaved, spread, until
from bench.rival import Rival, install, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.report import Samples
    from runner.engine.project import Project

LEAD_SECONDS = 6
"""Before the instant: both have read their configuration and wait."""

PATIENCE_SECONDS = 60

TALLY = """
SELECT count(*), count(DISTINCT job_id), coalesce(sum(status = 'succeeded'), 0) FROM runs
WHERE status NOT IN ('queued', 'running', 'retry_wait')
"""


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    burst = _Burst(place, 300 if quick else 1_000)
    rival = install(place / "rival")
    sides = [burst.ours] if rival is None else [burst.ours, lambda: burst.theirs(rival)]
    ours, *theirs = interleaved(sides, 1 if quick else 3)
    what = f"{burst.count:,} runs / cronstable"
    if theirs:
        yield compared(what, ours, theirs[0], 0.7)
    else:
        yield Line(what, f"{spread(ours)}, and no cronstable to compare with")
    lost, twice = burst.lost, burst.twice
    yield Line("lost, run twice", f"{lost}, {twice}", "0, 0", not lost and not twice)


class _Burst:
    """The same commands for both. Each appends to its own file: running twice shows."""

    def __init__(self, place: Path, count: int) -> None:
        self.count = count
        self.lost = 0
        self.twice = 0
        self._place = place
        self._rounds = itertools.count()

    def ours(self) -> Samples:
        """From the instant until the index holds the end of every run."""
        root, instant = self._fresh()
        once = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(instant))
        jobs = "\n".join(
            f'  {name}: {{command: "{command}", when: {{once: "{once}"}}}}'
            for name, command in self._commands(root).items()
        )
        with ticking(write(root, jobs)) as project:
            until(
                lambda: _ended(project) >= self.count,
                "the burst",
                LEAD_SECONDS + PATIENCE_SECONDS,
            )
            ended = time.time()
            _, jobs_seen, succeeded = project.index.execute(TALLY).fetchone()
        lines = sum(
            len((root / "out" / name).read_bytes().splitlines())
            for name in self._commands(root)
        )
        self.lost += self.count - min(jobs_seen, succeeded)
        self.twice += max(lines - self.count, 0)
        return [ended - instant]

    def theirs(self, rival: Rival) -> Samples:
        """From the instant until the last record of a run was written."""
        root, instant = self._fresh()
        within = LEAD_SECONDS + PATIENCE_SECONDS
        with rival.serving(root, self._commands(root), instant) as state:
            return [wait_for(state, self.count, within) - instant]

    def _fresh(self) -> tuple[Path, int]:
        root = self._place / str(next(self._rounds))
        (root / "out").mkdir(parents=True)
        return root, int(time.time()) + LEAD_SECONDS

    def _commands(self, root: Path) -> dict[str, str]:
        return {
            f"job{number}": f"echo {number}; date +%s.%N >> {root}/out/job{number}"
            for number in range(self.count)
        }


def _ended(project: Project) -> int:
    """How many runs have ended."""
    ended: int = project.index.execute(TALLY).fetchone()[0]
    return ended
