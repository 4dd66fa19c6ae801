"""What the console says of things, as pieces of text. Pure: now is an argument."""
