"""One question about a job, with everything that answers to it are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.why.moments import Moments
from runner.engine.why.unseen import Unseen, unseen
from runner.model.instants import parse_ms
from runner.store import control

if TYPE_CHECKING:
    from runner.engine.outlook import Outlook, Progress
    from runner.engine.project import Project
    from runner.model.account import Fact, Verdict
    from runner.model.definition import Definition
    from runner.model.job import Problem
    from runner.model.occurrence import Reason
    from runner.model.schedule import Schedule
    from runner.model.system import Gap
    from runner.model.views import RunView
    from runner.store.standing import StandingRow
    from runner.store.ticks import Look


class Since(NamedTuple):
    """From when on a job is as it is (epoch seconds).

    None: not known, or it does not apply. `removed` is the latest time that it may have
    been taken out of the configuration.
    """

    first_seen: int
    schedule: int | None
    invalid: int | None
    removed: int | None


class Case(NamedTuple):
    """What is known of a job. `here` is a look at the clocks now."""

    project: Project
    job_id: str
    zone: str
    schedule: Schedule
    words: str
    definition: Definition | None
    problem: Problem | None
    progress: Progress
    since: Since
    view: Outlook
    here: Look

    @property
    def now_ms(self) -> int:
        return self.here.wall_ms

    @property
    def now(self) -> int:
        return self.now_ms // 1000

    @property
    def removed(self) -> bool:
        return self.since.removed is not None

    def in_force(self, what: Reason, at_ms: int) -> StandingRow | None:
        """The condition that had been put on the job by then."""
        decisions = control.decisions(self.project.state.control)
        known = [it for it in decisions if parse_ms(it.entry.at) <= at_ms]
        return control.in_force(known).standing.get((self.job_id, what))

    def about(self, instant: int) -> Moments:
        return Moments(self.zone, instant)


class Finding(NamedTuple):
    """The answer to a question."""

    verdict: Verdict
    answer: str
    facts: list[Fact]
    hint: str = ""
    run: RunView | None = None
    gap: Gap | None = None


def unseen_around(case: Case, instant: int, decided_ms: int | None = None) -> Unseen:
    """When somebody looked before and after an instant, and what lay between.

    Whoever decided it had looked, even if it was no tick.
    """
    return unseen(case.project.index, case.here, instant, decided_ms)
