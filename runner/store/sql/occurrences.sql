-- name: take
INSERT INTO occurrences (job_id, instant, run_id, decided_ms)
VALUES (:job_id, :instant, :run_id, :now_ms)
ON CONFLICT DO NOTHING

-- name: refuse
INSERT INTO occurrences (job_id, instant, reason, detail, decided_ms)
VALUES (:job_id, :instant, :reason, :detail, :now_ms)
ON CONFLICT DO NOTHING

-- name: within
SELECT instant FROM occurrences
WHERE job_id = :job_id AND instant BETWEEN :first AND :last ORDER BY instant

-- name: span
INSERT INTO spans (job_id, first, last, count, reason, decided_ms)
VALUES (:job_id, :first, :last, :fires, :reason, :now_ms)
ON CONFLICT DO NOTHING

-- name: last_span
SELECT first, last, count, reason FROM spans
WHERE job_id = ? ORDER BY first DESC LIMIT 1

-- name: extend
UPDATE spans SET last = :last, count = count + :fires, decided_ms = :now_ms
WHERE job_id = :job_id AND first = :first

-- name: forget_rows_after
DELETE FROM occurrences WHERE job_id = :job_id AND instant > :now AND run_id IS NULL

-- name: forget_spans_after
DELETE FROM spans WHERE job_id = :job_id AND first > :now

-- name: spans_over
SELECT first, last, count FROM spans WHERE job_id = :job_id AND last > :now

-- name: cut
UPDATE spans SET last = :last, count = :fires WHERE job_id = :job_id AND first = :first
