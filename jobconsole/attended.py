"""What both front ends say of drivers, and of times at which nobody looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole import words
from launchd.service import Kind
from runner.config.units import format_duration
from runner.model.system import Absence
from runner.process.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from launchd.service import Found, Service
    from runner.model.system import Attendance, Gap


def driver(found: Found) -> str:
    """`systemd, every 5m, loaded, enabled: jobconsole.media-3f2a9c1b`."""
    often = often_of(found.service) if found.service else "unreadable"
    loaded = "loaded" if found.loaded else "not loaded"
    enabled = "enabled" if found.enabled else "not enabled"
    return f"{found.driver}, {often}, {loaded}, {enabled}: {found.label}"


def often_of(service: Service) -> str:
    """`every 5m`, `kept running`, or by what somebody has written there."""
    if service.kind is not Kind.TICK:
        return "kept running" if service.kind is Kind.RESIDENT else "left by a doctor"
    if not service.every:
        return "at times of its own"
    return f"every {format_duration(service.every)}"


def ticks(
    attendance: Attendance, next_ms: int | None, zone: tzinfo, now: int
) -> Iterator[tuple[str, str]]:
    """Names and words: when somebody looked and is to look, and how late they were."""
    if attendance.resident is not None:
        since = words.relative(attendance.resident.since_ms / 1000, now)
        yield "resident", f"process {attendance.resident.pid}, since {since}"
    if attendance.last_ms is not None:
        when = _when(attendance.last_ms, zone, now)
        yield "last tick", f"{when}{caller(attendance.driver)}"
    if next_ms is not None and not attendance.overdue_ms:
        often = f"every {format_duration(attendance.period)}"
        yield "next", f"{_when(next_ms, zone, now)}, {often}"
    if attendance.late_ms:
        yield "late", _lateness(attendance.late_ms)


def caller(driver: str) -> str:
    """`, by systemd`; empty where it is not known."""
    if driver in {"", Driver.OTHER}:
        return ", by something of your own" if driver else ""
    return ", by hand" if driver == Driver.TERMINAL else f", by {driver}"


def _when(ms: int, zone: tzinfo, now: int) -> str:
    at = ms // 1000
    return f"{words.moment(at, zone)}, {words.relative(at, now)}"


def _lateness(late_ms: Sequence[int]) -> str:
    """`9ms usually, 31ms at the worst, of the last 20 ticks`."""
    ordered = sorted(late_ms)
    usual, worst = map(words.duration, (ordered[len(ordered) // 2], ordered[-1]))
    of = f"{len(ordered)} ticks" if len(ordered) > 1 else "tick"
    return f"{usual} usually, {worst} at the worst, of the last {of}"


def gap(it: Gap, zone: tzinfo) -> str:
    """`Fri 2026-11-20 05:40 +01:00 to …: the machine slept for 1h30m (inferred)`."""
    since = words.moment(it.since_ms // 1000, zone)
    until = words.moment(it.until_ms // 1000, zone)
    return f"{since} to {until}: {_cause(it, zone)} (inferred from its clocks)"


def _cause(it: Gap, zone: tzinfo) -> str:
    slept, uncalled = words.duration(it.asleep_ms), words.duration(it.uncalled_ms)
    if it.cause is Absence.OFF:
        booted = it.booted_ms or it.until_ms
        more = ", and no tick came then" if it.uncalled_ms else ""
        return f"the machine was started at {words.moment(booted // 1000, zone)}{more}"
    if it.cause is Absence.ASLEEP:
        return f"the machine slept for {slept}"
    more = f", and slept for {slept} besides" if it.asleep_ms else ""
    return f"no tick came in {uncalled} that the machine was awake{more}"
