"""One running community node."""
