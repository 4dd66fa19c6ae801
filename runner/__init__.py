"""The headless core: decides what is due, runs it once, keeps the record."""
