"""Decides and supervises: tick, admission, worker, repair."""
