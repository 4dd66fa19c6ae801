-- name: any_due
SELECT EXISTS (
    SELECT 1 FROM jobs WHERE next_at <= ? AND next_at IS NOT NULL AND removed = 0
)

-- name: next_due
SELECT min(next_at) FROM jobs
WHERE next_at IS NOT NULL AND removed = 0 AND enabled AND definition IS NOT NULL
AND NOT EXISTS (
    SELECT 1 FROM standing s WHERE s.job_id = jobs.id AND s.until IS NULL
)

-- name: any_queued
SELECT EXISTS (SELECT 1 FROM runs WHERE status = 'queued')

-- name: any_unfinished
SELECT EXISTS (
    SELECT 1 FROM runs WHERE status IN ('queued', 'running', 'retry_wait')
)
