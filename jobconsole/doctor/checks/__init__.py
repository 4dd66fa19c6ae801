"""From facts to findings, by subject. All of it is pure."""
