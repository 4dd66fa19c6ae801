-- What people and other programs started is found among a million scheduled runs.
-- Schedules start nearly all runs: those are found by the other indexes.

CREATE INDEX runs_by_trigger ON runs (trigger, status, role, seq)
    WHERE trigger <> 'schedule';
CREATE INDEX runs_of_job_by_trigger ON runs (job_id, trigger, status, role, seq)
    WHERE trigger <> 'schedule';
