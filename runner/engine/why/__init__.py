"""What became, or will become, of an instant of a job, and why."""
