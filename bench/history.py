"""Pages of the history and the list of jobs, with an index of 1,000,000 runs."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bench.filled import fill
from bench.project import opened, write
from bench.report import Line, bounded, median_ms, timed
from runner.engine import browse
from runner.model.errors import JobNotFoundError
from runner.model.run import RunStatus
from runner.model.views import HistoryQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runner.engine.project import Project

JOBS = 1_000
BOUND_MS = 20.0
TIMES = 9

BAD = (RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.LOST)


class Question(NamedTuple):
    """Something that a person looks at."""

    what: str
    ask: Callable[[], object]


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    count = 100_000 if quick else 1_000_000
    jobs = "\n".join(
        f"  job{number}: {{command: [date]}}" for number in range(JOBS + 1)
    )
    with opened(write(place, jobs)) as project:
        fill(project, count, JOBS)
        for question in _questions(project, count):
            question.ask()
            taken = [timed(question.ask) for _ in range(TIMES)]
            yield bounded(question.what, median_ms(taken), BOUND_MS, "ms")


def _questions(project: Project, count: int) -> Iterator[Question]:
    for what, query in _queries(count).items():
        yield Question(what, partial(browse.history, project, query))
    newest = browse.history(project, HistoryQuery()).runs[0].run_id
    yield Question("jobs page", lambda: browse.list_jobs(project))
    yield Question("one job", lambda: browse.job_detail(project, "job7"))
    yield Question("a run by its beginning", lambda: _find(project, newest[:-1]))
    yield Question("the latest run of a job", lambda: _find(project, "job0"))
    yield Question("of one that never ran", lambda: _find(project, f"job{JOBS}"))
    yield Question("of one that there is not", lambda: _find(project, "nothing"))


def _find(project: Project, reference: str) -> None:
    with contextlib.suppress(JobNotFoundError):
        browse.resolve_run(project, reference)


def _queries(count: int) -> dict[str, HistoryQuery]:
    now_ms = int(time.time()) * 1000
    week_ms = 7 * 86_400_000
    return {
        "newest": HistoryQuery(limit=50),
        "page in the middle": HistoryQuery(before_seq=count // 2, limit=50),
        "oldest page": HistoryQuery(before_seq=60, limit=50),
        "frequent job": HistoryQuery("job0", limit=50),
        "frequent job, middle": HistoryQuery("job0", before_seq=count // 2, limit=50),
        "other job": HistoryQuery("job7", limit=50),
        "job without runs": HistoryQuery("job1", role="viewer", limit=50),
        "failures": HistoryQuery(statuses=BAD, limit=50),
        "rare status": HistoryQuery(statuses=(RunStatus.LOST,), limit=50),
        "status that none has": HistoryQuery(statuses=(RunStatus.CANCELLED,)),
        "rare role": HistoryQuery(role="viewer", limit=50),
        "rare role and status": HistoryQuery(role="viewer", statuses=BAD, limit=50),
        "common role and rare status": HistoryQuery(
            role="admin", statuses=(RunStatus.LOST,), limit=50
        ),
        "frequent job, rare status": HistoryQuery("job0", BAD, limit=50),
        "frequent job, rare role": HistoryQuery("job0", role="viewer", limit=50),
        "frequent job, rare both": HistoryQuery("job0", BAD, "viewer", limit=50),
        "the last week": HistoryQuery(since_ms=now_ms - week_ms, limit=50),
        "the last minute": HistoryQuery(since_ms=now_ms - 60_000, limit=50),
        "the future": HistoryQuery(since_ms=now_ms + week_ms, limit=50),
        "failures of the last minute": HistoryQuery(
            statuses=BAD, since_ms=now_ms - 60_000, limit=50
        ),
    }
