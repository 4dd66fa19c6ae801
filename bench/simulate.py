"""What would happen, told of 1,000 jobs: fires a second, and memory however long."""

from __future__ import annotations

import statistics
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.project import PYTHON, environment, opened, write
from bench.report import Line, bounded, peak_memory, timed
from runner import api
from runner.model.instants import utc_text
from runner.model.simulation import Scenario, What
from runner.store.db import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project

JOBS = 1_000
FROM = 1_792_713_600
"""2026-10-23: on the third day the clocks of Europe go back."""

DAY = 86_400
BOUND = 20_000
GROWTH = 1.1
"""Of memory, from one day to thirty: a stream keeps nothing of what it told."""

WHENS = (
    "every: 1m",
    "every: 5m",
    "every: 10m, offset: {odd}s",
    "every: 1h, offset: {minute}m",
    'cron: "*/5 * * * *"',
    'cron: "{minute} * * * *", timezone: Europe/Amsterdam',
    'cron: "{minute} */2 * * 1-5", timezone: Europe/Amsterdam',
    'cron: "30 2 * * *", timezone: America/New_York',
    'at: ["06:00", "18:00"], weekdays: [mon, wed], timezone: Asia/Tokyo',
    "every: 15m, offset: {odd}s",
)
OVERLAPS = ("skip", "queue", "allow")
MARKS = "mtxEH"
"""Usual durations, from 64 ms to 93 s: some fires meet the run before."""

LONG = "H"
WIDTH = 128
"""So wide that runs wait, but not ever more of them."""


class Told(NamedTuple):
    """How much there was to tell, and how long that took."""

    fires: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.fires / self.seconds


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    config = write(place, "\n".join(map(_job, range(JOBS))), width=WIDTH)
    with opened(config) as project:
        _give_durations(project)
        _tell(project, DAY // 24)
        rounds = [_tell(project, DAY) for _ in range(1 if quick else 3)]
        short = peak_memory()
        yield _rate("a day", rounds)
        days = 5 if quick else 30
        yield _rate(f"{days} days", [_tell(project, days * DAY)])
        grown = peak_memory() / short
        yield bounded(f"memory, {days} days / one", grown, GROWTH, "x")
    fires = rounds[0].fires
    rounds = [Told(fires, _command(config)) for _ in range(1 if quick else 3)]
    yield _rate("a day, the command with --json", rounds)


def _job(number: int) -> str:
    when = WHENS[number % len(WHENS)].format(odd=number % 599, minute=number % 60)
    overlap = "skip" if _mark(number) == LONG else OVERLAPS[number % len(OVERLAPS)]
    return f"  job{number}: {{command: [date], when: {{{when}}}, overlap: {overlap}}}"


def _mark(number: int) -> str:
    return MARKS[number // len(WHENS) % len(MARKS)]


def _give_durations(project: Project) -> None:
    statement = "UPDATE jobs SET outcomes = 's', durations = ? WHERE id = ?"
    marks = ((_mark(number), f"job{number}") for number in range(JOBS))
    with transaction(project.index):
        project.index.executemany(statement, marks)


def _tell(project: Project, seconds: int) -> Told:
    """Everything in that time, counted."""
    before = time.perf_counter()
    fires = 0
    for event in api.simulate(project, Scenario(FROM, FROM + seconds)):
        # What waits is told again as it runs.
        fires += 0 if event.what is What.WAITS else event.count
    return Told(fires, time.perf_counter() - before)


def _command(config: Path) -> float:
    """How long the command takes, its start included."""
    words = ("simulate", "--from", utc_text(FROM), "--for", "1d", "--json")
    return timed(
        lambda: subprocess.run(
            (*PYTHON, "-m", "jobconsole", "--config", str(config), *words),
            env=environment(config.parent),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    )


def _rate(what: str, rounds: list[Told]) -> Line:
    rate = statistics.median(told.rate for told in rounds)
    text = f"{rate:,.0f} fires/s, {rounds[0].fires:,} of them"
    return Line(what, text, f"≥ {BOUND:,}", rate >= BOUND)
