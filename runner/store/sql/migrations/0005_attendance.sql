-- By what to tell why nobody looked, and since when a job is as it is.

-- After how many seconds the next tick was to come; of old ones it is the usual.
ALTER TABLE ticks ADD COLUMN period INTEGER NOT NULL DEFAULT 300;

-- Instants; NULL: not known, or it does not apply.
ALTER TABLE jobs ADD COLUMN schedule_since INTEGER;  -- its fires count after it
ALTER TABLE jobs ADD COLUMN invalid_since INTEGER;
ALTER TABLE jobs ADD COLUMN removed_since INTEGER;
