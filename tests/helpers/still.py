"""A project on a clock that only a test moves, where nothing is ever started."""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import TYPE_CHECKING, NamedTuple

from runner import api
from runner.engine import tick
from runner.model.instants import parse_ms
from runner.model.occurrence import Reason, Stretch
from runner.model.run import RunStatus
from runner.process.driver import Driver
from runner.store import occurrences, pulse, runs, workers
from runner.store.db import transaction
from runner.store.runs import Ending
from runner.store.workers import WorkerRow
from tests.fakes.clock import FakeClock
from tests.helpers.project import opened, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.engine.project import Project
    from runner.engine.tick import TickReport
    from runner.store.run_rows import RunRow

PLACES = {None: 1, "default": 4, "agent": 1}
"""What a project may have at once: a timer, and the workers of its pools."""


def at(text: str) -> int:
    """Epoch seconds of a UTC time: `2020-01-01 06:00`."""
    return parse_ms(f"{text.replace(' ', 'T')}+00:00") // 1000


class Row(NamedTuple):
    """A decided occurrence with its reason, None where it has a run."""

    instant: int
    reason: Reason | None


class Still:
    """Ticks of such a project, and what they decided."""

    def __init__(self, project: Project, clock: FakeClock) -> None:
        self.project = project
        self.clock = clock

    @property
    def now(self) -> int:
        return self.clock.wall_ms() // 1000

    def tick_at(self, instant: int) -> TickReport:
        """Time passes until an instant (epoch seconds), then somebody ticks."""
        self.clock.advance(instant * 1000 - self.clock.wall_ms())
        return self.tick()

    def tick(self) -> TickReport:
        return api.tick(self.project)

    def reboot(self, off: int) -> None:
        """The machine is off for some seconds, and belongs to another boot then."""
        self.clock.reboot(off * 1000)
        me = self.project.identity
        self.project.identity = me._replace(boot=f"{me.boot}+")

    def decide(self) -> None:
        """The part of a tick that decides, without repair and workers: it is quick."""
        api.refresh(self.project)
        tick._enqueue(self.project, tick.Rhythm(), dry_run=False)

    def configure(self, jobs: Mapping[str, object]) -> None:
        """Edit the configuration; the next look finds it."""
        write_project(self.project.root, json.dumps(configuration(jobs)))

    def rows(self, job_id: str) -> list[Row]:
        found = self.project.index.execute(
            "SELECT instant, reason FROM occurrences WHERE job_id = ? ORDER BY instant",
            (job_id,),
        )
        return [Row(instant, reason and Reason(reason)) for instant, reason in found]

    def spans(self, job_id: str) -> list[occurrences.Span]:
        found = self.project.index.execute(
            "SELECT first, last, count, reason FROM spans"
            " WHERE job_id = ? ORDER BY first",
            (job_id,),
        )
        return [
            occurrences.Span(Stretch(first, last, count), Reason(reason))
            for first, last, count, reason in found
        ]

    def taken(self, job_id: str) -> list[int]:
        """The occurrences that have a run."""
        return [row.instant for row in self.rows(job_id) if row.reason is None]

    def start_all(self) -> None:
        """What a worker does first: claim every queued run."""
        with transaction(self.project.index):
            while claim := runs.claim(
                self.project.index,
                "default",
                runs.Claimant("tester", self.project.identity, durable=True),
                self.clock.wall_ms(),
            ):
                self.project.index.execute(
                    "UPDATE jobs SET last_started = ? WHERE id = ?",
                    (self.now, claim.job_id),
                )

    def end_all(self) -> None:
        """What a worker does last: end every run that was claimed, successfully."""
        with transaction(self.project.index):
            for run in runs.running(self.project.index):
                runs.end(self.project.index, self._success(run))

    def run_all(self) -> None:
        """Start and end whatever is queued, one after the other where need be."""
        while pulse.any_unfinished(self.project.index):
            self.start_all()
            self.end_all()

    def _success(self, run: RunRow) -> Ending:
        return Ending(
            run_id=run.run_id,
            job_id=run.job_id,
            status=RunStatus.SUCCEEDED,
            started_ms=run.started_ms,
            ended_ms=self.clock.wall_ms(),
            exit_code=0,
            signal=None,
            error_code=None,
            error_message=None,
            quiet=False,
        )


def configuration(jobs: Mapping[str, object]) -> dict[str, object]:
    """Jobs by id; what they run does not matter here."""
    described = {
        job_id: {"command": ["true"], **keys}
        for job_id, keys in jobs.items()
        if isinstance(keys, dict)
    }
    return {"timezone": "UTC", "jobs": described}


@contextlib.contextmanager
def still(root: Path, jobs: Mapping[str, object], instant: int) -> Iterator[Still]:
    """A project that was first seen at an instant, and has ticked then.

    This process stands in for all its workers, so that none is started.
    """
    clock = FakeClock(instant * 1000)
    config = write_project(root, json.dumps(configuration(jobs)))
    with opened(config, clock, Driver.SYSTEMD) as project:
        with transaction(project.index):
            for pool, places in PLACES.items():
                for number in range(places):
                    row = WorkerRow(f"{pool}-{number}", pool, project.identity)
                    workers.sign_in(project.index, row, clock.wall_ms())
        api.tick(project)
        yield Still(project, clock)


def assert_disjoint(it: Still, job_id: str) -> None:
    """No instant of a job is decided twice: rows and spans lie beside each other."""
    spans = [span.stretch for span in it.spans(job_id)]
    for before, after in itertools.pairwise(spans):
        assert before.last < after.first
    for row in it.rows(job_id):
        assert not any(span.first <= row.instant <= span.last for span in spans)
