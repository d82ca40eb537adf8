"""Nodes as processes of their own, in a network of their own."""
