"""Limits, clocks, sleep: what the machine does to jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.doctor.facts import UNLIMITED
from jobconsole.doctor.findings import Code, Context, Finding, Level, Subject
from jobconsole.words import coarse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobconsole.doctor.sight import Sight

LEAST = {"open files": 256, "processes": 128}
"""Below these, ordinary programs fail. 256 open files are launchd's usual."""

BOUNDING = ("file size", "memory", "CPU time")
"""Limits that nobody sets by accident, and that end jobs without a word."""

EARLIEST_MS = 1_735_689_600_000
"""2025: no clock that is right says less."""

LATEST_MS = 4_102_444_800_000
"""2100."""

_APART_MS = 5 * 60_000
_SLEPT_MS = 60_000


def check_limits(sight: Sight) -> Iterator[Finding]:
    found = list(_limits(sight))
    yield from found
    if not found:
        files = sight.there.process.limits.get("open files", UNLIMITED)
        many = "any number of" if files == UNLIMITED else str(files)
        yield _of_limits(Level.OK, Code.LIMITS_OK, f"{many} open files")
    if sight.there.process.cgroup is False:
        yield _of_limits(
            Level.NOTE,
            Code.CGROUP_NONE,
            "no cgroup is delegated there: what escapes from a job is found by its"
            " session, its parents and its open files instead",
            "The systemd user manager delegates one: `jobconsole install --backend"
            " systemd`, where it can be used.",
        )


def _limits(sight: Sight) -> Iterator[Finding]:
    there, here = sight.there.process.limits, sight.here.process.limits
    who = "this shell" if sight.context is Context.SHELL else sight.context
    remedy = f"Raise it where {who} takes its limits from."
    for name, least in LEAST.items():
        value = there.get(name, UNLIMITED)
        if value != UNLIMITED and value < least:
            message = f"the limit of {name} is {value} there"
            yield _of_limits(Level.WARNING, Code.LIMIT_LOW, message, remedy)
    for name in BOUNDING:
        value, ours = there.get(name, UNLIMITED), here.get(name, UNLIMITED)
        if value != UNLIMITED:
            also = "here too" if value == ours else "and not here"
            message = f"{name} is limited to {value} there, {also}"
            yield _of_limits(Level.WARNING, Code.LIMIT_LOW, message, remedy)


def check_machine(sight: Sight) -> Iterator[Finding]:
    found = [*_clock(sight), *_sleep(sight)]
    yield from found
    if all(finding.level is Level.NOTE for finding in found):
        known = sight.there.machine.synchronised is True
        message = "the clock is synchronised" if known else "the clock makes sense"
        yield _finding(Level.OK, Code.MACHINE_OK, message)


def _clock(sight: Sight) -> Iterator[Finding]:
    there, here = sight.there.machine, sight.here.machine
    if not EARLIEST_MS <= there.wall_ms < LATEST_MS:
        message = "the clock is wrong by years: schedules cannot be kept"
        remedy = "Set the clock, and have it synchronised."
        yield _finding(Level.ERROR, Code.CLOCK_WRONG, message, remedy)
    # Both looks are of one machine: what has passed between them by one of its clocks
    # has passed by the other, unless the first was set.
    passed_ms = there.continuous_ms - here.continuous_ms
    apart_ms = abs(there.wall_ms - here.wall_ms - passed_ms)
    if apart_ms > _APART_MS:
        message = f"the clock was set by {coarse(apart_ms // 1000)} within this look"
        remedy = "Have it synchronised by one service only."
        yield _finding(Level.WARNING, Code.CLOCK_OTHER, message, remedy)
    if there.synchronised is False:
        message = "the clock is not synchronised"
        remedy = "`timedatectl set-ntp true`, or another service for the time."
        yield _finding(Level.WARNING, Code.CLOCK_UNSYNCHRONISED, message, remedy)


def _sleep(sight: Sight) -> Iterator[Finding]:
    machine = sight.there.machine
    caught = "what falls due meanwhile is looked at when it wakes"
    if machine.sleeps:
        remedy = (
            "`sudo pmset -c sleep 0` keeps it awake while plugged in."
            if machine.platform == "darwin"
            else "`IdleAction=ignore` in logind.conf keeps it awake."
        )
        message = f"{machine.sleeps}: {caught}"
        yield _finding(Level.NOTE, Code.MACHINE_SLEEPS, message, remedy)
    slept_ms = machine.continuous_ms - machine.awake_ms
    if slept_ms > _SLEPT_MS and not machine.sleeps:
        slept = coarse(slept_ms // 1000)
        message = f"the machine slept {slept} since it was started: {caught}"
        remedy = "See its settings for sleep if jobs are to run through the night."
        yield _finding(Level.NOTE, Code.MACHINE_SLEEPS, message, remedy)
    if machine.battery:
        message = f"it has a battery, and sleeps with its lid closed: {caught}"
        remedy = "Keep it open and plugged in where jobs must run on time."
        yield _finding(Level.NOTE, Code.MACHINE_HAS_BATTERY, message, remedy)


def _of_limits(level: Level, code: Code, message: str, remedy: str = "") -> Finding:
    return Finding(level, Subject.LIMITS, code, message, remedy)


def _finding(level: Level, code: Code, message: str, remedy: str = "") -> Finding:
    return Finding(level, Subject.MACHINE, code, message, remedy)
