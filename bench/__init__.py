"""Benchmarks: every number beside its baseline, taken in the same run."""
