-- name: upsert
INSERT INTO jobs (
    id, position, kind, agent, role, pool, schedule_words, timezone, enabled, problem,
    definition, schedule, first_seen_ms, cursor, next_at, description, tags, timeout,
    schedule_since, invalid_since
) VALUES (
    :id, :position, :kind, :agent, :role, :pool, :schedule_words, :timezone, :enabled,
    :problem, :definition, :schedule, :first_seen_ms, :cursor, :next_at, :description,
    :tags, :timeout, :schedule_since, :invalid_since
)
ON CONFLICT (id) DO UPDATE SET
    position = excluded.position, kind = excluded.kind, agent = excluded.agent,
    role = excluded.role, pool = excluded.pool,
    schedule_words = excluded.schedule_words, timezone = excluded.timezone,
    enabled = excluded.enabled, problem = excluded.problem,
    definition = excluded.definition, schedule = excluded.schedule,
    cursor = excluded.cursor, next_at = excluded.next_at, removed = 0,
    description = excluded.description, tags = excluded.tags, timeout = excluded.timeout,
    removed_since = NULL, schedule_since = coalesce(excluded.schedule_since, schedule_since),
    invalid_since = CASE WHEN excluded.problem IS NOT NULL THEN
        coalesce(CASE WHEN removed = 0 THEN invalid_since END, excluded.invalid_since)
    END

-- name: known
SELECT id, schedule, cursor, next_at, first_seen_ms, last_started, removed FROM jobs

-- name: progress
SELECT id, schedule, cursor, next_at, first_seen_ms, last_started, removed FROM jobs
WHERE id = ?

-- name: past_pauses
SELECT j.id, j.schedule, j.cursor, j.next_at, j.first_seen_ms, j.last_started,
       j.removed, s.what, s.until
FROM standing s CROSS JOIN jobs j ON j.id = s.job_id
WHERE s.what IN ('paused', 'held') AND s.until < :now AND j.cursor < s.until
AND j.removed = 0
ORDER BY s.until

-- name: due
SELECT j.id, j.schedule, j.definition, j.cursor, j.last_started, j.next_at, d.body,
       j.enabled AND NOT EXISTS (
           SELECT 1 FROM standing s WHERE s.job_id = j.id AND s.what = 'disabled'
       ) AS enabled,
       (
           SELECT s.what FROM standing s
           WHERE s.job_id = j.id AND s.what IN ('paused', 'held')
           AND coalesce(s.until >= :now, 1)
           ORDER BY s.what DESC LIMIT 1
       ) AS held_by,
       (SELECT run_id FROM runs r WHERE r.job_id = j.id
        AND r.status IN ('queued', 'running', 'retry_wait') LIMIT 1) AS active_run
FROM jobs j LEFT JOIN definitions d ON d.hash = j.definition
WHERE j.next_at <= :now AND j.next_at IS NOT NULL AND j.removed = 0
ORDER BY j.next_at, j.position

-- name: due_without_role
SELECT id FROM jobs
WHERE next_at <= ? AND next_at IS NOT NULL AND removed = 0 AND role IS NULL
AND definition IS NOT NULL

-- name: coming
SELECT pool, count(*) FROM jobs
WHERE next_at <= ? AND next_at IS NOT NULL AND removed = 0
AND enabled AND definition IS NOT NULL
AND NOT EXISTS (
    SELECT 1 FROM standing s WHERE s.job_id = jobs.id
    AND coalesce(s.until >= jobs.next_at, 1)
)
GROUP BY pool

-- name: decided
UPDATE jobs SET cursor = :cursor, next_at = :next_at WHERE id = :id

-- name: ahead
SELECT id, schedule, cursor, next_at, first_seen_ms, last_started, removed
FROM jobs WHERE cursor > ? AND removed = 0

-- name: listed
SELECT j.*,
       a.run_id AS active_run_id, a.status AS active_status,
       a.started_ms AS active_started_ms, a.worker_pid, a.worker_start, a.worker_boot
FROM jobs j
LEFT JOIN runs a ON a.seq = (
    SELECT r.seq FROM runs r WHERE r.job_id = j.id
    AND r.status IN ('queued', 'running', 'retry_wait')
    ORDER BY r.status = 'queued', r.seq LIMIT 1
)
WHERE j.removed = 0 AND (:id IS NULL OR j.id = :id)
ORDER BY j.position

-- name: one
SELECT j.*, d.body FROM jobs j LEFT JOIN definitions d ON d.hash = j.definition
WHERE j.id = ? AND j.removed = 0

-- name: ever
SELECT j.*, d.body FROM jobs j LEFT JOIN definitions d ON d.hash = j.definition
WHERE j.id = ?

-- name: forget_later_starts
UPDATE jobs SET last_started = :now WHERE last_started > :now

-- name: started
UPDATE jobs SET last_started = :now WHERE id = :job_id

-- name: ended
UPDATE jobs SET last_run_id = :run_id, last_status = :status,
    last_ended_ms = :ended_ms, last_duration_ms = :duration_ms,
    last_exit_code = :exit_code, last_signal = :signal,
    outcomes = substr(outcomes || :mark, -20),
    -- Outcomes from before durations were kept have shortest ones beside them.
    durations = substr(
        substr('aaaaaaaaaaaaaaaaaaaa', 1, length(outcomes) - length(durations))
        || durations || :duration_mark, -20
    )
WHERE id = :job_id

-- name: definitions
SELECT d.body FROM jobs j JOIN definitions d ON d.hash = j.definition
WHERE j.removed = 0

-- name: agent_definitions
SELECT d.body FROM jobs j JOIN definitions d ON d.hash = j.definition
WHERE j.removed = 0 AND j.kind = 'agent'

-- name: pool_has_agents
SELECT EXISTS (SELECT 1 FROM jobs WHERE pool = :pool AND kind = 'agent' AND removed = 0)
    OR EXISTS (
        SELECT 1 FROM runs WHERE pool = :pool AND kind = 'agent' AND status = 'queued'
    )
