"""Parts of screens about one job and its runs."""
