"""How a community decides, the signed record, and what others answer."""
