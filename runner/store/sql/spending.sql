-- One search in the index for what has ended since, one for what goes on: an OR of both
-- would be a scan.

-- name: used
SELECT total(cost_usd) AS usd, total(tokens) AS tokens, total(turns) AS turns,
    total(tools) AS tools,
    total(coalesce(ended_ms, :now_ms) - started_ms) / 1000 AS time
FROM (
    SELECT * FROM runs WHERE kind = 'agent' AND ended_ms >= :since_ms
    UNION ALL
    SELECT * FROM runs WHERE kind = 'agent' AND ended_ms IS NULL
)
WHERE (:job_id IS NULL OR job_id = :job_id) AND (:role IS NULL OR role = :role)
AND run_id <> :but

-- name: by_job
SELECT job_id AS name, count(*) AS runs, sum(cost_usd) AS cost_usd,
    max(cost_estimated) AS estimated, total(tokens) AS tokens
FROM (
    SELECT * FROM runs WHERE kind = 'agent' AND ended_ms >= :since_ms
    UNION ALL
    SELECT * FROM runs WHERE kind = 'agent' AND ended_ms IS NULL
)
WHERE started_ms IS NOT NULL
GROUP BY job_id ORDER BY total(cost_usd) DESC, total(tokens) DESC, job_id

-- name: by_role
SELECT role AS name, count(*) AS runs, sum(cost_usd) AS cost_usd,
    max(cost_estimated) AS estimated, total(tokens) AS tokens
FROM (
    SELECT * FROM runs WHERE kind = 'agent' AND ended_ms >= :since_ms
    UNION ALL
    SELECT * FROM runs WHERE kind = 'agent' AND ended_ms IS NULL
)
WHERE started_ms IS NOT NULL
GROUP BY role ORDER BY total(cost_usd) DESC, total(tokens) DESC, role

-- name: told
UPDATE runs SET cost_usd = :cost_usd, cost_estimated = :cost_estimated,
    tokens = :tokens, turns = :turns, tools = :tools
WHERE run_id = :run_id AND status = 'running'
