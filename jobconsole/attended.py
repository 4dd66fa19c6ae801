"""What both front ends say of drivers, and of times at which nobody looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole import words
from launchd.service import Kind
from runner.config.units import format_duration
from runner.model.system import Absence

if TYPE_CHECKING:
    from datetime import tzinfo

    from launchd.service import Found, Service
    from runner.model.system import Gap


def driver(found: Found) -> str:
    """`systemd, every 5m, loaded, enabled: jobconsole.media-3f2a9c1b`."""
    often = often_of(found.service) if found.service else "unreadable"
    loaded = "loaded" if found.loaded else "not loaded"
    enabled = "enabled" if found.enabled else "not enabled"
    return f"{found.driver}, {often}, {loaded}, {enabled}: {found.label}"


def often_of(service: Service) -> str:
    """`every 5m`, or `kept running`."""
    if service.kind is Kind.RESIDENT:
        return "kept running"
    return f"every {format_duration(service.every)}"


def gap(it: Gap, zone: tzinfo) -> str:
    """`Fri 2026-11-20 05:40 +01:00 to …: the machine slept for 1h30m (inferred)`."""
    since = words.moment(it.since_ms // 1000, zone)
    until = words.moment(it.until_ms // 1000, zone)
    return f"{since} to {until}: {_cause(it, zone)} (inferred from its clocks)"


def _cause(it: Gap, zone: tzinfo) -> str:
    slept, uncalled = words.duration(it.asleep_ms), words.duration(it.uncalled_ms)
    if it.cause is Absence.OFF:
        booted = it.booted_ms or it.until_ms
        more = ", and nothing called the tick then" if it.uncalled_ms else ""
        return f"the machine was started at {words.moment(booted // 1000, zone)}{more}"
    if it.cause is Absence.ASLEEP:
        return f"the machine slept for {slept}"
    more = f", and slept for {slept} besides" if it.asleep_ms else ""
    return f"nothing called the tick in {uncalled} that the machine was awake{more}"
