"""An index of many runs, without their folders."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from runner.store.db import transaction

if TYPE_CHECKING:
    from runner.engine.project import Project

RUNS = """
WITH RECURSIVE numbers (n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count
)
INSERT INTO runs (
    run_id, job_id, kind, trigger, role, actor, pool, priority, alone, status,
    definition, scheduled_for, queued_ms, queued_boot, started_ms, ended_ms, exit_code,
    error_code, error_message
)
SELECT
    strftime('%Y%m%dT%H%M%SZ', :since + n * 60, 'unixepoch') || printf('-%06d', n),
    'job' || CASE WHEN n % 2 THEN 0 ELSE n / 2 % :jobs END,
    'command', 'schedule',
    CASE WHEN n % 50000 = 0 THEN 'viewer' WHEN n % 10 = 0 THEN 'member' ELSE 'admin' END,
    'schedule', 'default', 1, 1,
    CASE WHEN n % 40000 = 0 THEN 'lost' WHEN n % 5000 = 0 THEN 'timed_out'
         WHEN n % 100 = 0 THEN 'failed' ELSE 'succeeded' END,
    'none', :since + n * 60, (:since + n * 60) * 1000, 'boot',
    (:since + n * 60) * 1000 + 20, (:since + n * 60) * 1000 + 900,
    n % 100 = 0, CASE WHEN n % 100 = 0 THEN 'JOB_EXECUTION_FAILED' END,
    CASE WHEN n % 100 = 0 THEN 'exit code 1' END
FROM numbers
"""
"""One job has half of all runs; some statuses and one role are rare."""

LATEST = """
UPDATE jobs SET
    last_run_id = '20260101T000000Z-000000', last_status = 'succeeded',
    last_ended_ms = :now_ms - position * 60000, last_duration_ms = 900,
    last_started = (:now_ms - position * 60000) / 1000,
    outcomes = 'ssssssfsssssssssssss', durations = 'aefgjklmnopaefgjklmn'
"""


def fill(project: Project, count: int, jobs: int) -> None:
    """So many runs of job0, job1, … within the last minutes, one a minute."""
    project.index.execute("PRAGMA cache_size = -1000000")  # to fill it quickly
    with transaction(project.index):
        since = int(time.time()) - count * 60
        values = {"count": count, "jobs": jobs, "since": since}
        project.index.execute(RUNS, values)
    project.index.execute("PRAGMA cache_size = -2000")


def let_all_have_run(project: Project) -> None:
    """Every job's row shows twenty outcomes and a last run, one a minute."""
    with transaction(project.index):
        project.index.execute(LATEST, {"now_ms": int(time.time() * 1000)})
