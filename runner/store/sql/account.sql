-- name: row
SELECT run_id, reason, detail, decided_ms FROM occurrences
WHERE job_id = :job_id AND instant = :instant

-- name: span
SELECT first, last, count, reason, decided_ms FROM spans
WHERE job_id = :job_id AND first <= :instant ORDER BY first DESC LIMIT 1

-- name: latest
SELECT max(instant) FROM (
    SELECT max(instant) AS instant FROM occurrences
    WHERE job_id = :job_id AND instant <= :until
    UNION ALL
    SELECT min(max(last), :until) FROM spans
    WHERE job_id = :job_id AND first <= :until
)

-- name: with
SELECT instant FROM occurrences
WHERE job_id = :job_id AND instant > :after AND decided_ms = :decided_ms
ORDER BY instant LIMIT 1

-- name: before_it
-- Runs that went on while another one waited, the latest to end first. Runs that were
-- queued long before or after it are not looked at.
SELECT r.run_id, r.job_id, r.pool, r.pool = me.pool AS same_pool, me.alone, r.status,
       r.started_ms, r.ended_ms
FROM runs me JOIN runs r ON r.seq BETWEEN me.seq - 1000 AND me.seq + 1000
WHERE me.run_id = :run_id AND r.seq <> me.seq
    AND (r.pool = me.pool OR me.alone AND r.job_id = me.job_id)
    AND r.started_ms < :until_ms AND coalesce(r.ended_ms > :since_ms, 1)
ORDER BY r.ended_ms IS NULL DESC, r.ended_ms > :until_ms, r.ended_ms DESC, r.seq

-- name: scheduled
SELECT id, schedule, schedule_words, timezone, pool, cursor, next_at, last_started,
       enabled, definition IS NULL AS invalid, outcomes, durations
FROM jobs WHERE removed = 0 ORDER BY position

-- name: decided_ahead
-- Beyond what the schedule was followed to: skipped by a person (a skip whose time has
-- come is past), or taken before the clock was set back.
SELECT o.job_id, o.instant, CASE WHEN o.instant > :now THEN o.reason END
FROM jobs j CROSS JOIN occurrences o
    ON o.job_id = j.id AND o.instant >= max(:start, j.cursor + 1) AND o.instant < :end
WHERE j.removed = 0

-- name: became
-- In the order of jobs, so that each job's stand together.
SELECT j.id AS job_id, o.instant, o.reason, r.status, r.trigger, o.run_id
FROM jobs j CROSS JOIN occurrences o
    ON o.job_id = j.id AND o.instant >= :start AND o.instant < :end
LEFT JOIN runs r ON r.run_id = o.run_id
WHERE o.reason IS NULL OR o.reason <> 'skipped' OR o.instant <= max(j.cursor, :now)

-- name: going_on
SELECT job_id, pool, priority, alone, scheduled_for, started_ms FROM runs
WHERE status IN ('queued', 'running', 'retry_wait')
    AND (status <> 'queued' OR cancel = 0)
ORDER BY seq

-- name: asked
SELECT job_id, queued_ms / 1000, NULL, status, trigger, run_id
FROM runs INDEXED BY runs_by_time
WHERE scheduled_for IS NULL
    AND queued_ms >= :start * 1000 AND queued_ms < :end * 1000

-- name: spans_within
SELECT s.job_id, s.first, s.last, s.count, s.reason
FROM jobs j CROSS JOIN spans s ON s.job_id = j.id
    AND s.first < :end AND s.last >= :start

-- name: zones
SELECT id, timezone FROM jobs WHERE timezone IS NOT NULL
