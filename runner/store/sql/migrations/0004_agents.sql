-- What is asked of agents beside their job, and what they use.

ALTER TABLE runs ADD COLUMN params TEXT;          -- JSON map, for the prompt's blanks
ALTER TABLE runs ADD COLUMN resume TEXT;          -- the session to go on with
ALTER TABLE runs ADD COLUMN tokens INTEGER;       -- in and out; grows while it runs
ALTER TABLE runs ADD COLUMN turns INTEGER;
ALTER TABLE runs ADD COLUMN tools INTEGER;        -- calls of tools
ALTER TABLE runs ADD COLUMN cost_estimated INTEGER NOT NULL DEFAULT 0;

-- A day's use is summed before and while an agent runs.
CREATE INDEX runs_of_agents ON runs (ended_ms) WHERE kind = 'agent';
