"""The columns of a job that repeat what its runs say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.model.run import OUTCOME_MARKS, RunStatus, duration_mark
from runner.store import jobs
from runner.store.jobs import JobRow
from runner.store.runs import Ending

if TYPE_CHECKING:
    from runner.store.db import Connection

ROW = JobRow(
    id="a",
    position=0,
    kind="command",
    agent=None,
    role=None,
    pool="default",
    schedule_words="manual",
    timezone=None,
    enabled=True,
    problem=None,
    definition=None,
    schedule=b'{"type":"manual"}',
    first_seen_ms=0,
    cursor=0,
    next_at=None,
    description="Say hello",
    tags="media ai",
    timeout=60,
)


def end(index: Connection, number: int, duration_ms: int | None) -> None:
    ending = Ending(
        run_id=f"run{number}",
        job_id="a",
        status=RunStatus.SUCCEEDED,
        started_ms=None,
        ended_ms=number,
        exit_code=0,
        signal=None,
        error_code=None,
        error_message=None,
        quiet=False,
    )
    jobs.note_end(index, ending, duration_ms)


def told(index: Connection) -> tuple[str, str]:
    (row,) = jobs.listed(index, "a")
    return row["outcomes"], row["durations"]


def test_what_the_file_says_of_it(index: Connection) -> None:
    jobs.upsert(index, [ROW])
    jobs.upsert(index, [ROW._replace(description="", tags="", timeout=None)])
    (row,) = jobs.listed(index, "a")
    assert (row["description"], row["tags"], row["timeout"]) == ("", "", None)


def test_a_duration_beside_each_outcome(index: Connection) -> None:
    jobs.upsert(index, [ROW])
    end(index, 1, None)
    end(index, 2, 60_000)
    assert told(index) == ("ss", duration_mark(None) + duration_mark(60_000))
    for number in range(25):
        end(index, number, number * 1000)
    outcomes, durations = told(index)
    assert outcomes == OUTCOME_MARKS[RunStatus.SUCCEEDED] * 20
    assert durations == "".join(duration_mark(n * 1000) for n in range(5, 25))


def test_outcomes_from_before_durations_were_kept(index: Connection) -> None:
    jobs.upsert(index, [ROW])
    index.execute("UPDATE jobs SET outcomes = 'sfs'")
    end(index, 1, 60_000)
    assert told(index) == ("sfss", "aaa" + duration_mark(60_000))
