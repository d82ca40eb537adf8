"""The ground, alone."""
