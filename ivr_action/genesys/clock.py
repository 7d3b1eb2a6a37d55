"""Time as a value that is passed in: a clock that a signal can interrupt, and the deadline of a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ivr_action.genesys.errors import OutOfTimeError, StoppedError


class Clock:
    """Seconds that only go forward, and waiting that ends early when the run is told to stop.

    Args:
        now: seconds since some moment.
        sleep: waits that many seconds. None: really waits.
        stop: set by whoever handles SIGTERM; every wait ends at once and no other begins.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._stop = stop or threading.Event()
        self._sleep = sleep or self._stop.wait
        self.now = now

    def check(self) -> None:
        """Raises StoppedError where the run was told to stop."""
        if self._stop.is_set():
            raise StoppedError

    def sleep(self, seconds: float) -> None:
        """Waits, or raises StoppedError as soon as the run is told to stop."""
        self.check()
        if seconds > 0:
            self._sleep(seconds)
        self.check()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment that no wait may pass; one for a whole run, handed down."""

    clock: Clock
    at: float
    """On the clock."""
    total: float
    """Seconds that the run had at its start, for messages."""

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> Deadline:
        """This many seconds from now."""
        return cls(clock, clock.now() + seconds, seconds)

    @property
    def left(self) -> float:
        """Seconds; never negative."""
        return max(0.0, self.at - self.clock.now())

    def check(self, what: str) -> None:
        """Raises OutOfTimeError where nothing is left."""
        if not self.left:
            raise OutOfTimeError(what, 0.0, 0.0, self.total)
