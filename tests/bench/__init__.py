"""How fast it is, beside a baseline in the same run. Not a test: nothing here passes or fails."""
