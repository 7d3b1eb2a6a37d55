"""When to ask how a job goes: each question costs a request, each second too late one in which no other job begins."""

from __future__ import annotations

import threading
from collections import deque

FIRST_LOOK, LONGEST_PAUSE = 2.0, 15.0
"""Seconds before the first question about a job of which nothing is known, and at most between two."""
_LATE = 0.125
"""Part of a job's time that its end is seen late at most, as long as nothing is known of such jobs."""
_EARLY, _NEAR, _LONG = 0.9, 0.05, 1.5
"""Parts of the usual time: before the first question, between two, and until the job counts as unusual."""
_SHORTEST = 1.0
_KEPT = 9


class JobTimes:
    """How long the jobs of a run have taken; shared by all of its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: deque[float] = deque(maxlen=_KEPT)

    def add(self, seconds: float) -> None:
        """A job that succeeded, from its upload to when that was seen."""
        with self._lock:
            self._last.append(seconds)

    def pause(self, took: float) -> float:
        """Seconds until the next question.

        Args:
            took: since the upload; 0 for the first question.
        """
        with self._lock:
            usual = min(self._last, default=0.0)  # each was seen late, so the shortest is the nearest
        if took <= 0:
            return max(FIRST_LOOK, usual * _EARLY)
        if took < usual * _LONG:
            return min(LONGEST_PAUSE, max(_SHORTEST, usual * _NEAR))
        return min(LONGEST_PAUSE, max(FIRST_LOOK, took * _LATE))
