-- What people decide about jobs beside the configuration, and what an operator wants
-- to see of jobs, runs and ticks at a glance.

ALTER TABLE jobs ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN tags TEXT NOT NULL DEFAULT '';       -- parted by blanks
ALTER TABLE jobs ADD COLUMN timeout INTEGER;                     -- seconds
ALTER TABLE jobs ADD COLUMN last_exit_code INTEGER;
ALTER TABLE jobs ADD COLUMN last_signal INTEGER;
ALTER TABLE jobs ADD COLUMN durations TEXT NOT NULL DEFAULT '';  -- beside `outcomes`

ALTER TABLE runs ADD COLUMN replay_of TEXT;                      -- a run id
ALTER TABLE runs ADD COLUMN cost_usd REAL;
CREATE INDEX runs_cost ON runs (ended_ms, cost_usd) WHERE cost_usd IS NOT NULL;

ALTER TABLE ticks ADD COLUMN driver TEXT NOT NULL DEFAULT '';    -- who called

-- Conditions that a person put on a job: 'paused', or 'disabled' by command.
CREATE TABLE standing (
    job_id   TEXT NOT NULL,
    what     TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until    INTEGER,                     -- instant; NULL: until it is taken back
    actor    TEXT NOT NULL,
    reason   TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (job_id, what)
) WITHOUT ROWID;

-- Occurrences that a person skipped ahead of their time.
CREATE INDEX occurrences_skipped ON occurrences (job_id, instant)
    WHERE reason = 'skipped';
