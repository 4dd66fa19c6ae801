"""The work queue that is shared with other tools: tasks, WIP limits, leases."""
