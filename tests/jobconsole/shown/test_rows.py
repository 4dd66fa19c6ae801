from __future__ import annotations

import pytest

from jobconsole.shown.rows import (
    JOB_COLUMNS,
    RUN_COLUMNS,
    TIMES,
    fails_in_a_row,
    job_order,
    job_row,
    run_row,
)
from runner.model.run import RunStatus, duration_mark
from runner.model.views import JobState, JobView, LastRun, LockView, ProblemView
from tests.helpers.views import NOW, RUN_ID, job_view, run_view, text_of


def cells(view: JobView, *, ascii_only: bool = False) -> dict[str, str]:
    row = job_row(view, NOW, ascii_only=ascii_only)
    names = [column.key for column in JOB_COLUMNS]
    return {name: text_of(cell) for name, cell in zip(names, row, strict=True)}


def last(status: RunStatus, ago: int = 3600) -> LastRun:
    return LastRun(RUN_ID, status, (NOW - ago) * 1000, 1000)


def test_a_job_that_never_ran() -> None:
    assert cells(job_view()) == {
        "state": "·",
        "job": "feed",
        "who": "command",
        "schedule": "every 1h",
        "next": "in 1h",
        "last": "never ran",
        "outcomes": "",
        "lock": "",
    }


@pytest.mark.parametrize(
    ("agent", "role", "shown"),
    [
        (None, None, "command"),
        ("codex", None, "codex"),
        ("codex", "member", "codex/member"),
        (None, "member", "command/member"),
    ],
)
def test_who_runs_it(agent: str | None, role: str | None, shown: str) -> None:
    assert cells(job_view(agent=agent, role=role))["who"] == shown


@pytest.mark.parametrize(
    ("state", "next_at", "shown"),
    [
        (JobState.IDLE, None, "-"),
        (JobState.IDLE, NOW, "due"),
        (JobState.IDLE, NOW - 60, "due"),
        (JobState.IDLE, NOW + 65, "in 1m"),
        (JobState.INVALID, NOW + 60, "invalid"),
        (JobState.DISABLED, NOW + 60, "disabled"),
        (JobState.PAUSED, None, "paused"),
        (JobState.PAUSED, NOW + 7200, "in 2h"),
        (JobState.HELD, None, "held"),
    ],
)
def test_when_it_runs_next(state: JobState, next_at: int | None, shown: str) -> None:
    assert cells(job_view(state=state, next_at=next_at))["next"] == shown


@pytest.mark.parametrize(
    ("status", "outcomes", "shown"),
    [
        (RunStatus.SUCCEEDED, "ffs", "✓ 1h ago"),
        (RunStatus.FAILED, "sf", "✗ failed 1h"),
        (RunStatus.FAILED, "sftl", f"✗ failed {TIMES}3 1h"),
        (RunStatus.TIMED_OUT, "t", "✗ timed out 1h"),
        (RunStatus.CANCELLED, "fc", "■ cancelled 1h"),
        (RunStatus.LOST, "l", "? lost 1h"),
    ],
)
def test_how_the_last_run_ended(status: RunStatus, outcomes: str, shown: str) -> None:
    view = job_view(last_run=last(status), outcomes=outcomes)
    assert cells(view)["last"] == shown


def test_what_runs_says_how_long_of_how_long() -> None:
    lock = LockView(4121, RUN_ID, (NOW - 192) * 1000)
    running = job_view(state=JobState.RUNNING, lock=lock, timeout=1800)
    assert cells(running)["last"] == "3m12s of 30m"
    assert cells(running)["lock"] == "4121"
    assert cells(running)["state"] == "▶"
    unlimited = job_view(state=JobState.RUNNING, lock=lock)
    assert cells(unlimited)["last"] == "3m12s"


def test_a_clock_that_was_set_back_shows_no_negative_time() -> None:
    lock = LockView(4121, RUN_ID, (NOW + 50) * 1000)
    running = job_view(state=JobState.RUNNING, lock=lock)
    assert cells(running)["last"] == "0ms"


def test_an_invalid_job_says_why_in_place_of_its_schedule() -> None:
    problem = ProblemView("job_invalid_spec", "unknown key", "", "teleclaude.yml:1:1")
    view = job_view(state=JobState.INVALID, problem=problem)
    assert cells(view)["schedule"] == "unknown key"
    assert cells(view)["state"] == "!"


@pytest.mark.parametrize("state", JobState)
def test_every_state_has_a_shape_in_both_ways(state: JobState) -> None:
    view = job_view(state=state)
    assert len(cells(view)["state"]) == 1
    assert cells(view, ascii_only=True)["state"].isascii()


def test_ascii_rows_are_ascii() -> None:
    marks = duration_mark(500) * 4
    view = job_view(last_run=last(RunStatus.FAILED), outcomes="sfff", durations=marks)
    assert all(it.isascii() for it in cells(view, ascii_only=True).values())
    run = run_row(run_view(), NOW, ascii_only=True)
    assert all(text_of(cell).isascii() for cell in run)


@pytest.mark.parametrize(
    ("outcomes", "count"),
    [("", 0), ("s", 0), ("fs", 0), ("sf", 1), ("ffcft", 2), ("fff", 3)],
)
def test_counts_failures_in_a_row(outcomes: str, count: int) -> None:
    assert fails_in_a_row(job_view(outcomes=outcomes)) == count


def test_a_run() -> None:
    row = [text_of(cell) for cell in run_row(run_view(), NOW, ascii_only=False)]
    assert row == [
        "✓",
        "feed",
        "succeeded",
        "10s",
        "59m ago",
        "schedule",
        "admin",
        "ann",
        RUN_ID,
    ]
    assert len(row) == len(RUN_COLUMNS)


def test_a_run_that_goes_on_counts_up() -> None:
    run = run_view(status=RunStatus.RUNNING, ended_ms=None, exit_code=None)
    assert text_of(run_row(run, NOW, ascii_only=False)[3]) == "1h00m"


def test_a_run_that_waits_took_nothing_yet() -> None:
    run = run_view(status=RunStatus.QUEUED, started_ms=None, ended_ms=None)
    assert text_of(run_row(run, NOW, ascii_only=False)[3]) == ""


def test_orders_by_every_column() -> None:
    quiet = job_view(id="a", next_at=None, schedule="manual")
    failing = job_view(id="b", last_run=last(RunStatus.FAILED), outcomes="ff")
    lock = LockView(1, RUN_ID, NOW * 1000)
    busy = job_view(
        id="c", state=JobState.RUNNING, lock=lock, agent="codex", next_at=NOW
    )
    firsts = {
        column.key: min([quiet, failing, busy], key=job_order(column.key)).id
        for column in JOB_COLUMNS
    }
    assert firsts == {
        "state": "c",
        "job": "a",
        "who": "c",
        "schedule": "b",
        "next": "c",
        "last": "b",
        "outcomes": "b",
        "lock": "c",
    }
