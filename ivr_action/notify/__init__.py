"""Telling others what became of a deployment: events, their signatures, and their delivery."""
