"""What a schedule does not need is not imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = ("croniter", "cron_descriptor", "dateutil", "zoneinfo")
PARSING = set(HEAVY) - {"cron_descriptor"}


def imported(statement: str) -> set[str]:
    program = (
        "import sys\n"
        "from runner.model.schedule import *\n"
        "from runner.schedule import *\n"
        f"{statement}\n"
        f"print(*(name for name in {HEAVY} if name in sys.modules))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(finished.stdout.split())


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("timetable(Every(60)), timetable(Once(1)), timetable(Manual())", set()),
        ("timetable(At(((6, 0),), 'UTC'))", {"zoneinfo"}),
        ("legacy_due(Legacy('daily', 'UTC'), 0)", {"zoneinfo"}),
        ("timetable(Cron('0 6 * * *', 'UTC'))", PARSING),
        ("describe(Cron('0 6 * * *', 'UTC'))", PARSING),
        ("sentence(Every(60)), describe(At(((6, 0),), 'UTC'))", set()),
        ("sentence(Cron('0 6 * * *', 'UTC'))", set(HEAVY)),
    ],
)
def test_imports_are_deferred(statement: str, expected: set[str]) -> None:
    assert imported(statement) == expected
