"""Simulated calls: what happens to a caller, offline."""
