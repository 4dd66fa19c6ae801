"""Reads `teleclaude.yml` and its includes into a `Config` with every problem found."""
