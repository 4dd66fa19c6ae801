"""What would happen in a window of time: decided as a tick decides, by a copy of the state."""
