"""With programs that nobody here wrote."""
