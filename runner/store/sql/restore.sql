-- name: run
INSERT INTO runs (
    seq, run_id, job_id, kind, trigger, role, actor, pool, priority, alone, status,
    definition, scheduled_for, queued_ms, queued_boot, started_ms, ended_ms, exit_code,
    signal, error_code, error_message, quiet, worker_pid, worker_start, worker_boot,
    replay_of, cost_usd, cost_estimated, tokens, turns, tools
) VALUES (
    :seq, :run_id, :job_id, :kind, :trigger, :role, :actor, 'default', 1, 1, :status,
    :definition, :scheduled_for, :queued_ms, '', :started_ms, :ended_ms, :exit_code,
    :signal, :error_code, :error_message, :quiet, :pid, :start, :boot,
    :replay_of, :cost_usd, :cost_estimated, :tokens, :turns, :tools
)

-- name: skip
INSERT INTO occurrences (job_id, instant, reason, detail, decided_ms)
SELECT :job_id, :instant, 'skipped', :detail, :now_ms WHERE NOT EXISTS (
    SELECT 1 FROM spans
    WHERE job_id = :job_id AND :instant BETWEEN first AND last
)
ON CONFLICT DO NOTHING

-- name: last_of_job
SELECT run_id, status, started_ms, ended_ms, exit_code, signal FROM runs
WHERE job_id = ? AND ended_ms IS NOT NULL ORDER BY ended_ms DESC, seq DESC LIMIT ?

-- name: summarise
UPDATE jobs SET outcomes = :outcomes, durations = :durations,
    last_run_id = :run_id, last_status = :status,
    last_ended_ms = :ended_ms, last_duration_ms = :duration_ms,
    last_exit_code = :exit_code, last_signal = :signal,
    last_started = (SELECT max(started_ms) / 1000 FROM runs WHERE job_id = :job_id)
WHERE id = :job_id
