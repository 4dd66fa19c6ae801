-- name: around
-- The two ticks that follow each other over an instant, up to when it was decided; the
-- last one is followed by a look at :now_ms. A clock that was set back passes an instant
-- twice: then it is the pair that decided it.
SELECT b.wall_ms, b.awake_ms, b.continuous_ms, b.boot, b.driver, b.period,
       a.wall_ms, a.awake_ms, a.continuous_ms, a.boot, a.driver, a.period
FROM ticks b LEFT JOIN ticks a ON a.seq = b.seq + 1
WHERE b.wall_ms < :at_ms AND coalesce(a.wall_ms, :now_ms) >= :decided_ms
ORDER BY coalesce(a.wall_ms, :now_ms), b.seq DESC LIMIT 1

-- name: apart
-- Ticks that follow each other, and between which something was out of the ordinary.
SELECT b.wall_ms, b.awake_ms, b.continuous_ms, b.boot, b.driver, b.period,
       a.wall_ms, a.awake_ms, a.continuous_ms, a.boot, a.driver, a.period
FROM ticks b JOIN ticks a ON a.seq = b.seq + 1
WHERE a.wall_ms > :since_ms AND b.wall_ms < :until_ms AND (
    a.boot <> b.boot
    OR a.continuous_ms - b.continuous_ms > b.period * 1000 + :grace_ms
    OR (a.continuous_ms - a.awake_ms) - (b.continuous_ms - b.awake_ms) > :asleep_ms
)
ORDER BY a.seq DESC

-- name: first
SELECT wall_ms, seq FROM ticks ORDER BY seq LIMIT 1

-- name: latest_by
SELECT wall_ms, awake_ms, continuous_ms, boot, driver, period FROM ticks
WHERE driver IN (SELECT value FROM json_each(:drivers)) ORDER BY seq DESC LIMIT 1
