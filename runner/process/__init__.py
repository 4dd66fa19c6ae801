"""Processes, locks, clocks and environments: the only place that touches them."""
