-- name: enqueue
INSERT INTO runs (
    run_id, job_id, kind, trigger, role, actor, pool, priority, alone, status,
    definition, args, timeout, scheduled_for, queued_ms, queued_boot, replay_of,
    params, resume
) VALUES (
    :run_id, :job_id, :kind, :trigger, :role, :actor, :pool, :priority, :alone,
    'queued', :definition, :args, :timeout, :scheduled_for, :queued_ms, :queued_boot,
    :replay_of, :params, :resume
)

-- name: claim
UPDATE runs SET status = 'running', started_ms = :now_ms, worker = :worker,
    worker_pid = :pid, worker_start = :start, worker_boot = :boot
WHERE seq = (
    SELECT q.seq FROM runs q
    WHERE q.pool = :pool AND q.status = 'queued' AND q.cancel = 0
    AND q.queued_boot = :boot AND (:durable OR q.kind <> 'agent')
    AND NOT (q.trigger IN ('schedule', 'catch_up') AND EXISTS (
        SELECT 1 FROM standing s WHERE s.job_id = q.job_id AND s.what = 'held'
        AND s.until > :now_ms / 1000
    ))
    AND (NOT q.alone OR NOT EXISTS (
        SELECT 1 FROM runs a WHERE a.job_id = q.job_id
        AND a.status IN ('running', 'retry_wait')
    ))
    ORDER BY q.priority, q.seq LIMIT 1
)
RETURNING seq, run_id, job_id, kind, trigger, role, actor, definition, args, timeout,
    scheduled_for, queued_ms, started_ms, replay_of, params, resume

-- name: claimable
SELECT q.pool, count(*) AS waiting FROM runs q
WHERE q.status = 'queued' AND q.cancel = 0 AND q.queued_boot = :boot
AND NOT (q.trigger IN ('schedule', 'catch_up') AND EXISTS (
    SELECT 1 FROM standing s WHERE s.job_id = q.job_id AND s.what = 'held'
    AND s.until > :now_ms / 1000
))
AND (NOT q.alone OR NOT EXISTS (
    SELECT 1 FROM runs a WHERE a.job_id = q.job_id
    AND a.status IN ('running', 'retry_wait')
))
GROUP BY q.pool

-- name: agents_waiting
SELECT EXISTS (
    SELECT 1 FROM runs WHERE pool = ? AND status = 'queued' AND kind = 'agent'
)

-- name: running_by_pool
SELECT pool, count(*) FROM runs WHERE status = 'running' GROUP BY pool

-- name: end
UPDATE runs SET status = :status, ended_ms = :ended_ms, exit_code = :exit_code,
    signal = :signal, error_code = :error_code, error_message = :error_message,
    quiet = :quiet, started_ms = coalesce(started_ms, :started_ms),
    cost_usd = :cost_usd, cost_estimated = :cost_estimated, tokens = :tokens,
    turns = :turns, tools = :tools
WHERE run_id = :run_id AND status IN (SELECT value FROM json_each(:from_statuses))

-- name: ask_cancel
UPDATE runs SET cancel = max(cancel, :level), cancel_actor = coalesce(cancel_actor, :actor)
WHERE run_id = :run_id AND status IN ('queued', 'running', 'retry_wait')

-- name: cancel_level
SELECT cancel, cancel_actor FROM runs WHERE run_id = ?

-- name: cancelled_unstarted
SELECT * FROM runs WHERE status = 'queued' AND cancel > 0

-- name: running
SELECT * FROM runs WHERE status IN ('running', 'retry_wait')

-- name: queued_elsewhen
SELECT * FROM runs WHERE status = 'queued' AND queued_boot <> ?

-- name: redo_claim
UPDATE runs SET status = 'running' WHERE run_id = ? AND status = 'queued'

-- name: rebooted
UPDATE runs SET queued_boot = :boot WHERE run_id = :run_id

-- name: one
SELECT * FROM runs WHERE run_id = ?

-- name: latest_of_job
SELECT run_id FROM runs WHERE job_id = ? ORDER BY seq DESC LIMIT 1

-- name: with_prefix
SELECT run_id FROM runs WHERE run_id >= :prefix AND run_id < :prefix || '~' LIMIT 2

-- name: active_of_job
SELECT run_id, status FROM runs
WHERE job_id = ? AND status IN ('queued', 'running', 'retry_wait')
ORDER BY status = 'queued', seq LIMIT 1
