"""What is said between servers. Pure: no clock, socket, database or settings."""
