"""What jobs will find where they really run, compared with this shell."""
