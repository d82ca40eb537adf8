"""Whole nodes under seeded bad weather: what must hold whatever is lost, late or said twice."""
