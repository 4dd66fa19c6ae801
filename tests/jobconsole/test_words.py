from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobconsole import words
from runner.model.run import RunStatus, Trigger
from runner.model.views import RunView

NOW = 1_795_000_000


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (0, "now"),
        (0.4, "now"),
        (45, "in 45s"),
        (-59, "59s ago"),
        (60, "in 1m"),
        (-3_599, "59m ago"),
        (7 * 3_600, "in 7h"),
        (-47 * 3_600, "47h ago"),
        (48 * 3_600, "in 2d"),
        (-400 * 86_400, "400d ago"),
        (800 * 86_400, "in 2y"),
    ],
)
def test_relative(distance: float, said: str) -> None:
    assert words.relative(NOW + distance, NOW) == said


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (-5, "0ms"),
        (340, "340ms"),
        (1_250, "1.2s"),
        (9_999, "9.9s"),
        (34_900, "34s"),
        (125_000, "2m05s"),
        (3_720_000, "1h02m"),
        (183_600_000, "2d03h"),
    ],
)
def test_duration(milliseconds: int, said: str) -> None:
    assert words.duration(milliseconds) == said


@given(st.integers(0, 90 * 86_400_000))
def test_durations_fit_their_column(milliseconds: int) -> None:
    assert len(words.duration(milliseconds)) <= 6


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0B"), (1023, "1023B"), (1536, "1.5KiB"), (222_298_112, "212MiB")],
)
def test_size(count: int, said: str) -> None:
    assert words.size(count) == said


def test_a_moment_carries_its_offset() -> None:
    zone = ZoneInfo("Europe/Amsterdam")

    assert words.moment(1_795_240_800, zone) == "Sat 2026-11-21 07:00 +01:00"
    assert words.moment(1_782_799_205, zone) == "Tue 2026-06-30 08:00:05 +02:00"


@pytest.mark.parametrize(
    ("status", "exit_code", "signal", "said"),
    [
        (RunStatus.SUCCEEDED, 0, None, "succeeded after 1.5s"),
        (RunStatus.FAILED, 3, None, "failed after 1.5s, exit 3"),
        (RunStatus.FAILED, None, 9, "failed after 1.5s, SIGKILL"),
        (RunStatus.FAILED, None, 63, "failed after 1.5s, signal 63"),
        (RunStatus.TIMED_OUT, None, 15, "timed out after 1.5s"),
    ],
)
def test_how_a_run_ended(
    status: RunStatus, exit_code: int | None, signal: int | None, said: str
) -> None:
    view = RunView(
        seq=1,
        run_id="20261120T060000Z-7f3k9q",
        job_id="sync",
        trigger=Trigger.MANUAL,
        role="admin",
        actor="me",
        status=status,
        scheduled_for=None,
        queued_ms=0,
        started_ms=1_000,
        ended_ms=2_500,
        exit_code=exit_code,
        signal=signal,
        error_code=None,
        error_message=None,
    )

    assert words.ending(view) == said
