-- The index. Instants (`instant`, `first`, `last`, `cursor`, `next_at`,
-- `scheduled_for`, `last_started`) are UTC epoch seconds; columns ending in `_ms` are
-- UTC epoch milliseconds. What a run was is in its folder: `jobconsole reindex` can
-- make `runs` and the denormalised columns of `jobs` again.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What exactly a job was when a run of it was queued, by content.
CREATE TABLE definitions (
    hash TEXT PRIMARY KEY,
    body BLOB NOT NULL
);

CREATE TABLE pools (
    name  TEXT PRIMARY KEY,
    width INTEGER NOT NULL CHECK (width >= 1)
) WITHOUT ROWID;

CREATE TABLE jobs (
    id               TEXT PRIMARY KEY,
    position         INTEGER NOT NULL,
    kind             TEXT,
    agent            TEXT,
    role             TEXT,
    pool             TEXT NOT NULL,
    schedule_words   TEXT NOT NULL,
    timezone         TEXT,
    enabled          INTEGER NOT NULL,
    problem          TEXT,                -- JSON, for an invalid job
    definition       TEXT REFERENCES definitions (hash),
    schedule         BLOB NOT NULL,       -- JSON of the schedule
    first_seen_ms    INTEGER NOT NULL,
    removed          INTEGER NOT NULL DEFAULT 0,
    cursor           INTEGER NOT NULL,    -- every fire up to here is decided
    next_at          INTEGER,
    last_started     INTEGER,
    last_run_id      TEXT,
    last_status      TEXT,
    last_ended_ms    INTEGER,
    last_duration_ms INTEGER,
    outcomes         TEXT NOT NULL DEFAULT ''  -- the last 20, one letter each
) WITHOUT ROWID;

CREATE INDEX jobs_next ON jobs (next_at) WHERE next_at IS NOT NULL AND removed = 0;
CREATE INDEX jobs_position ON jobs (position) WHERE removed = 0;

CREATE TABLE runs (
    seq           INTEGER PRIMARY KEY,
    run_id        TEXT NOT NULL UNIQUE,
    job_id        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    trigger       TEXT NOT NULL,
    role          TEXT NOT NULL,
    actor         TEXT NOT NULL,
    pool          TEXT NOT NULL,
    priority      INTEGER NOT NULL,
    alone         INTEGER NOT NULL,       -- waits until no other run of its job is active
    status        TEXT NOT NULL,
    definition    TEXT NOT NULL,
    args          TEXT,                   -- JSON list, where a person gave other ones
    timeout       INTEGER,                -- seconds, where a person gave another one
    scheduled_for INTEGER,
    queued_ms     INTEGER NOT NULL,
    queued_boot   TEXT NOT NULL,
    started_ms    INTEGER,
    ended_ms      INTEGER,
    worker        TEXT,
    worker_pid    INTEGER,
    worker_start  INTEGER,
    worker_boot   TEXT,
    cancel        INTEGER NOT NULL DEFAULT 0,  -- 1 asked to stop, 2 to be killed
    cancel_actor  TEXT,
    exit_code     INTEGER,
    signal        INTEGER,
    error_code    TEXT,
    error_message TEXT,
    quiet         INTEGER NOT NULL DEFAULT 0   -- succeeded with nothing to report
);

-- Every combination of the history's filters walks one of these backwards.
CREATE INDEX runs_of_job ON runs (job_id, seq);
CREATE INDEX runs_of_job_by_status ON runs (job_id, status, seq);
CREATE INDEX runs_of_job_by_role ON runs (job_id, role, seq);
CREATE INDEX runs_of_job_by_both ON runs (job_id, status, role, seq);
CREATE INDEX runs_by_status ON runs (status, seq);
CREATE INDEX runs_by_status_role ON runs (status, role, seq);
CREATE INDEX runs_by_role ON runs (role, seq);
CREATE INDEX runs_by_time ON runs (queued_ms, seq);
CREATE INDEX runs_queued ON runs (pool, priority, seq) WHERE status = 'queued';
CREATE INDEX runs_active ON runs (job_id, status)
    WHERE status IN ('queued', 'running', 'retry_wait');

-- An occurrence is decided once: it has a run, or the reason why it has none.
CREATE TABLE occurrences (
    job_id     TEXT NOT NULL,
    instant    INTEGER NOT NULL,
    run_id     TEXT,
    reason     TEXT,
    detail     TEXT,
    decided_ms INTEGER NOT NULL,
    PRIMARY KEY (job_id, instant),
    CHECK ((run_id IS NULL) <> (reason IS NULL))
) WITHOUT ROWID;

-- Consecutive occurrences that share one reason. Spans and rows never overlap.
CREATE TABLE spans (
    job_id     TEXT NOT NULL,
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    decided_ms INTEGER NOT NULL,
    PRIMARY KEY (job_id, first),
    CHECK (first <= last AND count >= 1)
) WITHOUT ROWID;

CREATE TABLE workers (
    id       TEXT PRIMARY KEY,
    pool     TEXT,                        -- NULL: a timer, which holds no slot
    pid      INTEGER NOT NULL,            -- until it signs in: of who started it
    started  INTEGER NOT NULL,
    boot     TEXT NOT NULL,
    since_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE ticks (
    seq           INTEGER PRIMARY KEY,
    wall_ms       INTEGER NOT NULL,
    awake_ms      INTEGER NOT NULL,
    continuous_ms INTEGER NOT NULL,
    boot          TEXT NOT NULL
);
