"""Drivers, and times at which nobody looked, in words."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from jobconsole import attended
from launchd.service import Found, Kind, Service
from runner.model.system import Absence, Gap
from runner.process.driver import Driver

SIX = 1_772_344_800_000
HOUR = 3_600_000
SERVICE = Service("jobconsole.x-0", "x", ("/py",), {}, Path("/log"), Kind.TICK, 300)


@pytest.mark.parametrize(
    ("service", "often"),
    [
        (SERVICE, "every 5m"),
        (SERVICE._replace(kind=Kind.RESIDENT, every=0), "kept running"),
        (None, "unreadable"),
    ],
)
def test_a_driver_in_one_line(service: Service | None, often: str) -> None:
    found = Found(Driver.CRON, "jobconsole.x-0", (), "", service, False, True)
    said = attended.driver(found)
    assert said == f"cron, {often}, not loaded, enabled: jobconsole.x-0"


@pytest.mark.parametrize(
    ("gap", "cause"),
    [
        (
            Gap(SIX, SIX + 2 * HOUR, Absence.ASLEEP, asleep_ms=HOUR),
            "the machine slept for 1h00m",
        ),
        (
            Gap(SIX, SIX + 2 * HOUR, Absence.OFF, booted_ms=SIX + HOUR),
            "the machine was started at Sun 2026-03-01 07:00 +00:00",
        ),
        (
            Gap(
                SIX,
                SIX + 2 * HOUR,
                Absence.OFF,
                booted_ms=SIX + HOUR,
                uncalled_ms=HOUR,
            ),
            "and no tick came then",
        ),
        (
            Gap(SIX, SIX + 2 * HOUR, Absence.NOT_CALLED, uncalled_ms=2 * HOUR),
            "no tick came in 2h00m that the machine was awake",
        ),
        (
            Gap(
                SIX,
                SIX + 2 * HOUR,
                Absence.NOT_CALLED,
                asleep_ms=HOUR,
                uncalled_ms=HOUR,
            ),
            "in 1h00m that the machine was awake, and slept for 1h00m besides",
        ),
    ],
)
def test_why_nobody_looked(gap: Gap, cause: str) -> None:
    said = attended.gap(gap, UTC)
    assert said.startswith("Sun 2026-03-01 06:00 +00:00 to Sun 2026-03-01 08:00 +00:00")
    assert cause in said
    assert said.endswith("(inferred from its clocks)")
