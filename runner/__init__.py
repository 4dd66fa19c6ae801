"""The headless core: decides what is due, runs it once, keeps the record."""

__version__ = "0.4.0"
