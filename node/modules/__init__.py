"""Features; each folder is one module."""
