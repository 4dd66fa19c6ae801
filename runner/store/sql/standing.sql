-- name: put
INSERT INTO standing (job_id, what, since_ms, until, actor, reason)
VALUES (:job_id, :what, :since_ms, :until, :actor, :reason)
ON CONFLICT (job_id, what) DO UPDATE SET
    since_ms = excluded.since_ms, until = excluded.until,
    actor = excluded.actor, reason = excluded.reason

-- name: remove
DELETE FROM standing WHERE job_id = :job_id AND what = :what

-- name: listed
SELECT job_id, what, since_ms, until, actor, reason FROM standing
WHERE :job_id IS NULL OR job_id = :job_id
