"""Fingerprints of flows: one of what a file says, one of what the platform can be asked for."""

from __future__ import annotations

from ivr_action.flow.canonical import digest as published_digest
from ivr_action.flow.canonical import file_digest

__all__ = ["file_digest", "published_digest"]
