"""What other schedulers hold, read as jobs; nothing that is read here is ever run."""
