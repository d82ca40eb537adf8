"""Trust between nodes."""
