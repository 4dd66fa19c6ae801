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

-- name: skipped
SELECT o.job_id, o.instant
FROM occurrences o INDEXED BY occurrences_skipped LEFT JOIN jobs j ON j.id = o.job_id
WHERE o.reason = 'skipped' AND (:job_id IS NULL OR o.job_id = :job_id)
AND o.instant > min(coalesce(j.cursor, :after), :after)
ORDER BY o.job_id, o.instant

-- name: unskip
DELETE FROM occurrences
WHERE job_id = :job_id AND instant = :instant AND reason = 'skipped'

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
DELETE FROM occurrences
WHERE job_id = :job_id AND instant > :now AND run_id IS NULL AND reason <> 'skipped'

-- name: forget_spans_after
DELETE FROM spans WHERE job_id = :job_id AND first > :now

-- name: spans_over
SELECT first, last, count FROM spans WHERE job_id = :job_id AND last > :now

-- name: cut
UPDATE spans SET last = :last, count = :fires WHERE job_id = :job_id AND first = :first
