"""Adapters for agent programs: argv, stream reading, verdict. They spawn nothing."""
