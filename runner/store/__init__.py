"""What is remembered: the SQLite index, run folders, `control.jsonl`."""
