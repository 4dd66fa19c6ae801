"""What is said of every instant is what the ledger has of it, whatever happened."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest

from runner import api
from runner.model.account import Explanation, Verdict
from runner.model.orders import Decision
from runner.store import jobs
from tests.helpers.still import Still, assert_disjoint, at, still

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = at("2020-01-01 00:00")
MINUTE, HOUR = 60, 3_600
LENGTH = 8 * HOUR

SCHEDULES = (600, 900, 1200)
RAN = {
    Verdict.RAN,
    Verdict.RAN_LATE,
    Verdict.CAUGHT_UP,
    Verdict.WAITS,
    Verdict.NOT_STARTED,
}
AHEAD = {Verdict.COMING, Verdict.HELD_BACK}


class Life:
    """A random one of job `a`; each deed takes what it needs of the random numbers."""

    def __init__(self, it: Still, seed: int) -> None:
        self.it = it
        self.random = Random(seed)  # noqa: S311
        self.keys: dict[str, object] = {"when": {"every": 600}}

    def minutes(self, most: int) -> int:
        """Up to so many, in milliseconds."""
        return self.random.randint(1, most) * MINUTE * 1000

    def tick(self) -> None:
        self.it.clock.advance(self.random.randint(30, 400) * 1000)
        self.it.decide()

    def run(self) -> None:
        self.it.start_all()
        self.tick()
        self.it.end_all()

    def sleep(self) -> None:
        self.it.clock.suspend(self.minutes(70))

    def neglect(self) -> None:
        self.it.clock.advance(self.minutes(70))

    def set_clock(self) -> None:
        step = self.random.choice((-40, -3, 3, 40)) * MINUTE * 1000
        self.it.clock.set_wall(max(self.it.clock.wall_ms() + step, START * 1000))

    def reboot(self) -> None:
        self.it.run_all()
        self.it.clock.reboot(self.minutes(40))

    def pause(self) -> None:
        api.pause(self.it.project, "a", Decision("anna"))

    def resume(self) -> None:
        api.resume(self.it.project, "a", Decision("anna"))

    def skip(self) -> None:
        api.skip(self.it.project, "a", Decision("anna"))

    def edit(self) -> None:
        self.keys = {
            "when": {"every": self.random.choice(SCHEDULES)},
            "enabled": self.random.random() < 0.8,
            "overlap": self.random.choice(("skip", "queue")),
            "catch_up": self.random.choice(("latest", "none", "all")),
        }
        self.it.configure({"a": self.keys})
        self.tick()

    def leave_and_return(self) -> None:
        """The job is taken out of the configuration, for a while."""
        self.it.configure({"b": {}})
        self.neglect()
        self.it.decide()
        self.neglect()
        self.edit()

    def live(self) -> None:
        usual: list[Callable[[], None]] = [self.tick, self.run, self.run]
        rare: list[Callable[[], None]] = [
            *(self.sleep, self.neglect, self.set_clock, self.reboot),
            *(self.pause, self.resume, self.skip, self.edit, self.leave_and_return),
        ]
        while self.it.now < START + LENGTH:
            many = rare if self.random.random() < 0.3 else usual
            self.random.choice(many)()


class Ledger(NamedTuple):
    """What the index has of a job, read without those who explain it."""

    rows: dict[int, str | None]
    spans: list[tuple[int, int, str]]
    cursor: int
    since: int
    now: int
    every: int

    def becomes(self, instant: int) -> tuple[set[Verdict], str | None]:
        """Which answers there may be about an instant, and the reason."""
        if instant in self.rows:
            reason = self.rows[instant]
            if reason is None:
                return RAN, None
            ahead = reason == "skipped" and instant > self.now
            return {Verdict.SKIPPED_AHEAD if ahead else Verdict.DECLINED}, reason
        fires = instant % self.every == 0
        for first, last, reason in self.spans:
            if first <= instant <= last and (fires or instant in {first, last}):
                return {Verdict.DECLINED}, reason
        return self.undecided(instant) if fires else {Verdict.NOT_A_FIRE}, None

    def undecided(self, fire: int) -> set[Verdict]:
        if fire > self.now:
            return AHEAD
        if fire > self.cursor:
            return {Verdict.UNDECIDED}
        # A fire of the schedule in force is decided once it is past.
        assert fire <= self.since
        return {Verdict.BEFORE_HISTORY}


def ledger(it: Still, every: int) -> Ledger:
    row = jobs.find(it.project.index, "a")
    assert row is not None
    spans = [(*span.stretch[:2], str(span.reason)) for span in it.spans("a")]
    rows = {it_.instant: it_.reason and str(it_.reason) for it_ in it.rows("a")}
    return Ledger(rows, spans, row["cursor"], row["schedule_since"], it.now, every)


def reason_of(found: Explanation) -> str | None:
    return dict(found.facts).get("reason")


@pytest.mark.parametrize("seed", range(12))
def test_every_instant_has_the_one_answer(tmp_path: Path, seed: int) -> None:
    with still(tmp_path, {"a": {"when": {"every": 600}}}, START) as it:
        life = Life(it, seed)
        life.live()
        it.run_all()
        assert_disjoint(it, "a")
        when = life.keys["when"]
        assert isinstance(when, dict)
        kept = ledger(it, when["every"])
        instants = set(range(START - HOUR, it.now + 2 * HOUR, 300))
        instants |= {life.random.randrange(START, it.now) for _ in range(30)}
        for instant in sorted({*instants, *kept.rows}):
            found = api.why(it.project, "a", instant)
            verdicts, reason = kept.becomes(instant)
            assert found.verdict in verdicts, (instant, found.answer)
            assert reason_of(found) == reason
            assert found.answer.endswith(".")
            if found.gap is not None or "inferred" in found.answer:
                assert "inferred from" in dict(found.facts)
