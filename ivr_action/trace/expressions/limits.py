"""Bounds of ours, against input that is absurd or hostile. None of them is the platform's.

Whatever meets one is a syntax error with a position (text) or an `Unknown` with a reason (values).
"""

from __future__ import annotations

MAX_LENGTH = 100_000
"""Characters of an expression."""

MAX_DEPTH = 150
"""Levels of a tree, so that every recursive walk of it stays well inside Python's limit. The corpus needs 9."""

MAX_TEXT = 262_144
"""Characters of a computed string."""

MAX_ITEMS = 65_536
"""Items of a computed collection."""

MAX_PLACES = 100
"""Digits after the decimal point that a rounding or a conversion to text may ask for."""

MAX_JSON_DEPTH = 200
"""Levels of a parsed JSON value."""
