"""One question about a job, with everything that answers to it are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.moments import Moments
from runner.model.account import Fact, Verdict
from runner.store import account

if TYPE_CHECKING:
    from runner.engine.outlook import Outlook, Progress
    from runner.engine.project import Project
    from runner.model.definition import Definition
    from runner.model.job import Problem
    from runner.model.schedule import Schedule
    from runner.model.views import RunView


class Case(NamedTuple):
    """What is known of a job."""

    project: Project
    job_id: str
    zone: str
    schedule: Schedule
    words: str
    definition: Definition | None
    problem: Problem | None
    progress: Progress
    first_seen_ms: int
    view: Outlook
    now_ms: int

    @property
    def now(self) -> int:
        return self.now_ms // 1000

    def about(self, instant: int) -> Moments:
        return Moments(self.zone, instant)


class Finding(NamedTuple):
    """The answer to a question."""

    verdict: Verdict
    answer: str
    facts: list[Fact]
    hint: str = ""
    run: RunView | None = None


class Gap(NamedTuple):
    """Nobody looked between two times (seconds); None: before ever, or until now."""

    since: int | None
    until: int | None
    restarted: bool

    def words(self, moments: Moments) -> str:
        """`nobody looked between 05:58 and 06:04`."""
        if self.since is None and self.until is None:
            return "nobody has ever looked"
        if self.since is None:
            return f"nobody looked before {moments.brief(self.until or 0)}"
        if self.until is None:
            return f"nobody has looked since {moments.brief(self.since)}"
        since, until = moments.brief(self.since), moments.brief(self.until)
        return f"nobody looked between {since} and {until}"

    def facts(self, moments: Moments) -> list[Fact]:
        tick = "no tick" if self.since is None else moments.full(self.since)
        after = "no tick" if self.until is None else moments.full(self.until)
        facts = [Fact("last tick before", tick), Fact("first look after", after)]
        if self.restarted:
            facts.append(Fact("restart", "the machine was started anew in between"))
        return facts


def gap_around(case: Case, instant: int, decided_ms: int | None = None) -> Gap:
    """When somebody looked before and after an instant.

    Whoever decided it had looked, even if it was no tick.
    """
    before = account.tick_before(case.project.index, instant * 1000)
    after = account.tick_after(case.project.index, instant * 1000)
    looks = [after.wall_ms] if after else []
    looks += [decided_ms] if decided_ms is not None else []
    restarted = before is not None and after is not None and before.boot != after.boot
    return Gap(
        before and before.wall_ms // 1000,
        min(looks) // 1000 if looks else None,
        restarted,
    )
