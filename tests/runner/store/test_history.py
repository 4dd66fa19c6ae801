"""Pages of the history read what they show, however long the history is."""

from __future__ import annotations

import contextlib
from itertools import product
from typing import TYPE_CHECKING

import pytest

from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery
from runner.store import history
from runner.store.db import Connection, open_index, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = 20_000
FIRST_MS = 1_600_000_000_000
STEP = 100
"""Virtual machine instructions between two counts."""

INSERT = """
INSERT INTO runs (seq, run_id, job_id, kind, trigger, role, actor, pool, priority,
    alone, status, definition, queued_ms, queued_boot)
VALUES (?, ?, ?, 'command', 'schedule', ?, 'tester', 'default', 1, 1, ?, '', ?, '')
"""


def row(number: int) -> tuple[int, str, str, str, str, int]:
    """Nearly everything succeeds as admin; what is rare is old."""
    status, role, job = "succeeded", "admin", f"job{number % 4}"
    if number in (5, 9, 13):
        status = "lost"
    if number % 1000 == 1:
        status = "failed"
    if number in (3, 5, 11):
        role = "viewer"
    if number == 7:
        job = "rare"
    return number, f"run{number:06}", job, role, status, FIRST_MS + number * 1000


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    path = tmp_path_factory.mktemp("history") / "index.db"
    with contextlib.closing(open_index(path)) as connection:
        with transaction(connection):
            connection.executemany(INSERT, map(row, range(1, RUNS + 1)))
        yield connection


def sequences(index: Connection, query: HistoryQuery) -> list[int]:
    return [view.seq for view in history.page(index, query)]


def expected(query: HistoryQuery) -> list[int]:
    """The same by looking at every run."""
    found: list[int] = []
    for number, _, job, role, status, queued_ms in map(row, range(RUNS, 0, -1)):
        wanted = (
            query.job_id in (None, job)
            and (not query.statuses or RunStatus(status) in query.statuses)
            and query.role in (None, role)
            and (query.since_ms is None or queued_ms >= query.since_ms)
            and (query.before_seq is None or number < query.before_seq)
        )
        if wanted:
            found.append(number)
    return found[: query.limit]


JOBS = (None, "job1", "rare", "nobody")
STATUSES = (
    (),
    (RunStatus.SUCCEEDED,),
    (RunStatus.LOST,),
    (RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.LOST),
)
ROLES = (None, "admin", "viewer")
SINCE = (None, FIRST_MS + (RUNS - 5) * 1000, FIRST_MS + RUNS * 2000)
BEFORE = (None, RUNS // 2)

QUERIES = [
    HistoryQuery(job_id, statuses, role, since, before)
    for job_id, statuses, role, since, before in product(
        JOBS, STATUSES, ROLES, SINCE, BEFORE
    )
]


def test_every_combination_of_filters_finds_the_right_runs(index: Connection) -> None:
    for query in QUERIES:
        assert sequences(index, query) == expected(query), query


def effort(index: Connection, query: HistoryQuery) -> int:
    """How many instructions the page costs."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += STEP
        return 0

    index.set_progress_handler(count, STEP)
    try:
        history.page(index, query)
    finally:
        index.set_progress_handler(None, STEP)
    return steps


def plan(index: Connection, query: HistoryQuery) -> list[str]:
    """How SQLite goes about it."""
    statements: list[str] = []
    index.set_trace_callback(statements.append)
    try:
        history.page(index, query)
    finally:
        index.set_trace_callback(None)
    rows = index.execute(f"EXPLAIN QUERY PLAN {statements[0]}")
    return [detail[3] for detail in rows]


def walks_the_table(line: str) -> bool:
    return line.startswith("SCAN runs")


FILTERED = [query for query in QUERIES if query.job_id or query.statuses or query.role]


def test_no_filter_walks_the_whole_table(index: Connection) -> None:
    slow = [
        query for query in FILTERED if any(map(walks_the_table, plan(index, query)))
    ]
    assert slow == []


def test_a_page_costs_what_it_shows(index: Connection) -> None:
    """Twenty rows of one to three walks: never a walk over the history."""
    slow = {query: effort(index, query) for query in QUERIES}
    assert {query: steps for query, steps in slow.items() if steps > RUNS} == {}


def test_pages_follow_each_other_without_gap_or_overlap(index: Connection) -> None:
    query = HistoryQuery(statuses=(RunStatus.FAILED, RunStatus.LOST), limit=7)
    found: list[int] = []
    before: int | None = None
    while page := history.page(
        index,
        HistoryQuery(statuses=query.statuses, before_seq=before, limit=query.limit),
    ):
        found += [view.seq for view in page]
        before = page[-1].seq
    assert found == sorted({*found}, reverse=True)
    assert len(found) == 23


def test_a_run_by_its_name(index: Connection) -> None:
    view = history.one(index, "run000005")
    assert view is not None
    assert (view.seq, view.status, view.role) == (5, RunStatus.LOST, "viewer")
    assert view.trigger is Trigger.SCHEDULE
    assert history.one(index, "run") is None
