"""How fast requests may follow one another, and how long to wait when the platform says that they were too fast.

The platform counts the requests of an OAuth client a minute (300 by default) and tells with every answer how many it
has counted (`inin-ratelimit-allowed`, `-count`, `-reset`). Until it has, no more than the limit goes out in any 60
seconds; from then on its own window counts, which others may share.
"""

from __future__ import annotations

import logging
import random as random_
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.errors import OutOfTimeError

LIMIT = 300
"""Requests a minute of a client-credentials client, unless Genesys raised it."""
_WINDOW = 60.0
_DRIFT = 2.0
"""Seconds by which two answers may differ about when the same window ends: the platform gives whole ones."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Quota:
    """What the platform has said about the current window."""

    allowed: int
    """Requests."""
    left: int
    """Requests, as far as we know."""
    reset: float
    """Seconds until the next window."""


class Pace:
    """One for all threads that use the same OAuth client.

    Args:
        clock: for the time and for waiting.
        per_minute: requests, until the platform says otherwise.
        random: uniform in [0, 1).
    """

    def __init__(self, clock: Clock, *, per_minute: int = LIMIT, random: Callable[[], float] = random_.random) -> None:
        self.clock = clock
        self._random = random
        self._lock = threading.Lock()
        self._allowed = max(1, per_minute)
        self._sent: deque[float] = deque()
        self._left = 0
        self._ends: float | None = None
        self._blocked = 0.0
        self.waited = 0.0
        """Seconds in all, over all threads."""

    def acquire(self, deadline: Deadline) -> None:
        """Returns when one more request may be sent, and counts it.

        Raises:
            OutOfTimeError: at once, where the wait would pass the deadline.
            StoppedError: as soon as the run is told to stop.
        """
        self.clock.check()
        deadline.check("there is no time for another request")
        while True:
            with self._lock:
                seconds, reason = self._claim(self.clock.now())
            if seconds <= 0:
                return
            # Those who wait for the same moment do not all go at it.
            self.wait(seconds + self._random(), reason, deadline)

    def observe(self, headers: Mapping[str, str]) -> None:
        """Takes over what an answer says about the window."""
        try:
            allowed, count, reset = (int(headers[f"inin-ratelimit-{name}"]) for name in ("allowed", "count", "reset"))
        except (KeyError, ValueError):
            return
        if allowed < 1 or count < 0 or not 0 <= reset <= 3600:
            return
        with self._lock:
            ends, left = self.clock.now() + reset, max(0, allowed - count)
            same = self._ends is not None and abs(ends - self._ends) <= _DRIFT and allowed == self._allowed
            # In the same window ours is lower where requests are under way that the platform had not counted yet.
            self._left = min(self._left, left) if same else left
            self._allowed, self._ends = allowed, ends

    def pause(self, seconds: float) -> None:
        """Holds every thread back for so long: the platform said 429."""
        with self._lock:
            self._blocked = max(self._blocked, self.clock.now() + seconds)

    def backoff(self, attempt: int, after: float | None = None, *, base: float = 1.0, cap: float = 60.0) -> float:
        """Seconds to wait before the next attempt.

        Args:
            attempt: 0 for the first wait.
            after: what the platform asks for; never less is waited. None: full jitter, between nothing and
                `base` × 2^attempt, at most `cap`.
            base: seconds.
            cap: seconds.
        """
        if after is not None:
            return after + self._random() * max(1.0, after / 4)
        return self._random() * min(cap, base * 2.0 ** min(attempt, 30))

    def wait(self, seconds: float, reason: str, deadline: Deadline) -> None:
        """Waits and logs why; raises OutOfTimeError at once where it would pass the deadline."""
        left = deadline.left
        if seconds > left:
            raise OutOfTimeError(reason, seconds, left, deadline.total)
        _log.info("Waiting %.1f s: %s.", seconds, reason)
        with self._lock:
            self.waited += seconds
        self.clock.sleep(seconds)

    @property
    def quota(self) -> Quota | None:
        """What the platform said last; None where it has said nothing."""
        with self._lock:
            if self._ends is None:
                return None
            return Quota(self._allowed, self._left, max(0.0, self._ends - self.clock.now()))

    def _claim(self, now: float) -> tuple[float, str]:
        """(0, "") and one request counted, or how long to wait and why."""
        if now < self._blocked:
            return self._blocked - now, "the platform asked everybody to pause (429)"
        full = f"the limit of {self._allowed} requests a minute is used up"
        if self._ends is None:
            # The same sum as below: rounded otherwise, a wait could come out as 0 and the request go uncounted.
            while self._sent and self._sent[0] + _WINDOW <= now:
                self._sent.popleft()
            if len(self._sent) >= self._allowed:
                return self._sent[0] + _WINDOW - now, full
            self._sent.append(now)
            return 0.0, ""
        if now >= self._ends:
            self._ends, self._left = now + _WINDOW, self._allowed
        if self._left < 1:
            return self._ends - now, full
        self._left -= 1
        return 0.0, ""
