"""One running community."""
