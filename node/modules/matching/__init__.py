"""Needs meet offers: here and at trusted nodes, names only by consent of both."""
