"""How much of a caller's patience a flow may take before a person or an end."""

from __future__ import annotations

import math
from typing import NamedTuple


class Patience(NamedTuple):
    """The most that callers are asked for; 0 for no limit."""

    choices: int = 0
    """Things that a caller has to do."""
    seconds: float = 0.0
    """Seconds of prompts, estimated."""


ENDLESS = Patience()


def read_choices(said: str) -> int:
    """`4`; empty and `0` for no limit.

    Raises:
        ValueError: it is no whole number from 0 on.
    """
    said = said.strip()
    if said and not (said.isascii() and said.isdigit()):
        raise ValueError(said)
    return int(said or 0)


def read_seconds(said: str) -> float:
    """`90` or `7.5`; empty and `0` for no limit.

    Raises:
        ValueError: it is no number from 0 on.
    """
    seconds = float(said.strip() or 0)
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(said)
    return seconds
