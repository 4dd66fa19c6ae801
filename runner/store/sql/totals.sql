-- name: active
SELECT status, count(*) FROM runs
WHERE status IN ('queued', 'running', 'retry_wait') GROUP BY status

-- name: cost_since
SELECT sum(cost_usd) FROM (
    SELECT cost_usd FROM runs WHERE ended_ms >= ? AND cost_usd IS NOT NULL
    UNION ALL
    SELECT cost_usd FROM runs WHERE ended_ms IS NULL AND cost_usd IS NOT NULL
)
