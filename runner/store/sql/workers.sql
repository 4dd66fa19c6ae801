-- name: all
SELECT id, pool, pid, started, boot FROM workers

-- name: present
SELECT since_ms, id, pool, pid, started, boot FROM workers ORDER BY since_ms, id

-- name: add
INSERT INTO workers (id, pool, pid, started, boot, since_ms)
VALUES (:id, :pool, :pid, :started, :boot, :now_ms)
ON CONFLICT (id) DO UPDATE SET
    pool = excluded.pool, pid = excluded.pid, started = excluded.started,
    boot = excluded.boot

-- name: remove
DELETE FROM workers WHERE id = ?

-- name: hand_over
UPDATE workers SET pid = :pid, started = :started, boot = :boot
WHERE id = :id AND pid = :starter
