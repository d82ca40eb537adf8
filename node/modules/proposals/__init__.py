"""Matters put to the community for decision."""
