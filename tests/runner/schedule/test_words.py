from __future__ import annotations

import pytest

from runner.model.schedule import At, Cron, Every, Legacy, Manual, Once, Schedule
from runner.schedule import describe

UTC = "UTC"


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Manual(), "manual"),
        (Cron("0 6 * * *", UTC), "0 6 * * *"),
        (Cron("  0 \t6 * * * ", UTC), "0 6 * * *"),
        (Cron("@daily", UTC), "@daily"),
        (Every(5400), "every 1h30m"),
        (Every(45), "every 45s"),
        (Every(86_400), "every 1d"),
        (Every(600, 120), "every 10m+2m"),
        (At(((6, 0),), UTC), "06:00"),
        (At(((18, 0), (6, 0)), UTC), "06:00,18:00"),
        (At(tuple((hour, 0) for hour in range(6, 15)), UTC), "06:00,07:00 +7"),
        (At(((8, 0),), UTC, (0,)), "Mon 08:00"),
        (At(((8, 0),), UTC, (2, 0)), "Mon,Wed 08:00"),
        (At(((8, 0),), UTC, (0, 1)), "Mon,Tue 08:00"),
        (At(((8, 0),), UTC, (4, 3, 2, 1, 0)), "Mon-Fri 08:00"),
        (At(((8, 0),), UTC, tuple(range(7))), "08:00"),
        (Once(1_796_115_600), "once 2026-12-01 09:00Z"),
        (Legacy("hourly", UTC), "hourly"),
        (Legacy("daily", UTC), "daily 06:00"),
        (Legacy("weekly", UTC, preferred_hour=8), "weekly Mon 08:00"),
        (Legacy("monthly", UTC), "monthly 1. 06:00"),
    ],
)
def test_words(schedule: Schedule, words: str) -> None:
    assert describe(schedule) == words
