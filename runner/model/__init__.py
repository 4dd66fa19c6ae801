"""What a job, schedule, occurrence, run, role, receipt and error are: no I/O."""
