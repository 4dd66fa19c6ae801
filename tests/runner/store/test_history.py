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
    from collections.abc import Collection, Iterator

RUNS = 20_000
FIRST_MS = 1_600_000_000_000
STEP = 100
"""Virtual machine instructions between two counts."""

INSERT = """
INSERT INTO runs (seq, run_id, job_id, kind, trigger, role, actor, pool, priority,
    alone, status, definition, queued_ms, queued_boot)
VALUES (?, ?, ?, 'command', ?, ?, 'tester', 'default', 1, 1, ?, '', ?, '')
"""


def row(number: int) -> tuple[int, str, str, str, str, str, int]:
    """Nearly everything is scheduled and succeeds as admin; what is rare is old."""
    trigger = "schedule"
    if number in (2, 6, 11):
        trigger = "replay"
    if number % 5 == 4:
        trigger = "manual"
    status, role, job = "succeeded", "admin", f"job{number % 4}"
    if number in (5, 9, 13):
        status = "lost"
    if number % 1000 == 1:
        status = "failed"
    if number in (3, 5, 11):
        role = "viewer"
    if number == 7:
        job = "rare"
    queued_ms = FIRST_MS + number * 1000
    return number, f"run{number:06}", job, trigger, role, status, queued_ms


ROWS = list(map(row, range(RUNS, 0, -1)))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    path = tmp_path_factory.mktemp("history") / "index.db"
    with contextlib.closing(open_index(path)) as connection:
        with transaction(connection):
            connection.executemany(INSERT, reversed(ROWS))
        yield connection


def sequences(index: Connection, query: HistoryQuery) -> list[int]:
    return [view.seq for view in history.page(index, query)]


def expected(query: HistoryQuery, job_ids: Collection[str] | None = None) -> list[int]:
    """The same by looking at every run."""
    found: list[int] = []
    for number, _, job, trigger, role, status, queued_ms in ROWS:
        wanted = (
            query.job_id in (None, job)
            and (job_ids is None or job in job_ids)
            and (not query.triggers or Trigger(trigger) in query.triggers)
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


TRIGGERS = ((Trigger.REPLAY,), (Trigger.MANUAL, Trigger.SCHEDULE), (Trigger.BOARD,))
CALLED = [
    HistoryQuery(job_id, statuses, role, since, triggers=triggers)
    for job_id, statuses, role, since, triggers in product(
        JOBS, STATUSES, ROLES, SINCE[:2], TRIGGERS
    )
]


def test_what_started_them_narrows_every_filter(index: Connection) -> None:
    for query in CALLED:
        assert sequences(index, query) == expected(query), query


def test_a_page_may_be_of_several_jobs(index: Connection) -> None:
    for job_ids in (["job1", "rare"], ["rare", "nobody"], []):
        for query in (HistoryQuery(), HistoryQuery(triggers=(Trigger.MANUAL,))):
            views = history.page(index, query, job_ids)
            assert [view.seq for view in views] == expected(query, job_ids)


def test_the_same_value_twice_shows_no_run_twice(index: Connection) -> None:
    query = HistoryQuery(
        statuses=(RunStatus.LOST,) * 2, triggers=(Trigger.SCHEDULE,) * 2
    )
    assert sequences(index, query) == [13, 5]


def test_jobs_are_found_by_all_words_of_their_names(index: Connection) -> None:
    with transaction(index, undo=True):
        index.executemany(
            "INSERT INTO jobs (id, position, pool, schedule_words, enabled, schedule,"
            " first_seen_ms, cursor, last_ended_ms) VALUES (?, 1, '', '', 1, '', 1, 1, ?)",
            [("backup-db", 1), ("db-backup", 2), ("backup", None)],
        )
        assert history.jobs_named(index, ["DB", "back"]) == ["db-backup", "backup-db"]
        assert history.jobs_named(index, ["%"]) == []


def test_more_choices_leave_room_for_fewer_jobs(index: Connection) -> None:
    one = history.jobs_at_once(index, HistoryQuery())
    many = history.jobs_at_once(index, HistoryQuery(triggers=(Trigger.MANUAL,)))
    assert one > many > 1


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
    """How SQLite goes about all of it."""
    statements: list[str] = []
    index.set_trace_callback(statements.append)
    try:
        history.page(index, query)
    finally:
        index.set_trace_callback(None)
    selects = [it for it in statements if it.lstrip().startswith(("SELECT", "WITH"))]
    return [
        detail[3]
        for select in selects
        for detail in index.execute(f"EXPLAIN QUERY PLAN {select}")
    ]


def walks_the_table(line: str) -> bool:
    return line.startswith("SCAN runs")


FILTERED = [
    *(query for query in QUERIES if query.job_id or query.statuses or query.role),
    *(query for query in CALLED if Trigger.SCHEDULE not in query.triggers),
]


def test_no_filter_walks_the_whole_table(index: Connection) -> None:
    slow = [
        query for query in FILTERED if any(map(walks_the_table, plan(index, query)))
    ]
    assert slow == []


def test_a_page_costs_what_it_shows(index: Connection) -> None:
    """Twenty rows of a few walks: never a walk over the history."""
    slow = {query: effort(index, query) for query in (*QUERIES, *CALLED)}
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
