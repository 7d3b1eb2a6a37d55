"""Edges that tests pass in instead of the real ones."""

from __future__ import annotations

import threading
from typing import Any

from ivr_action.genesys.client import Platform, connect
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.redact import Redactor
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.transport import Limits, Timeouts
from tests.genesys.server import CLIENT, Server

STEADY = Timeouts(connect=20.0, read=20.0, write=20.0, pool=20.0, total=40.0)
"""For tests that are not about time, on a machine that is busy."""
QUICK = Timeouts(connect=20.0, read=0.4, write=20.0, pool=20.0, total=0.8)
"""For tests with a server that is slow on purpose."""


class FakeTime:
    """A clock that stands still but for waits, which it remembers."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self.at = 1000.0
        self.waits: list[float] = []
        self.stop_after: int | None = None
        self._stop = stop or threading.Event()
        self._lock = threading.Lock()
        self.clock = Clock(lambda: self.at, self._wait, self._stop)

    def _wait(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            self.at += seconds
            if self.stop_after is not None and len(self.waits) >= self.stop_after:
                self._stop.set()

    def deadline(self, seconds: float = 600.0) -> Deadline:
        return Deadline.after(self.clock, seconds)


def platform_on(
    server: Server,
    time: FakeTime,
    *,
    random: float = 0.5,
    seconds: float = 600.0,
    timeouts: Timeouts = STEADY,
    limits: Limits | None = None,
    redact: Redactor | None = None,
    **settings: Any,
) -> Platform:
    """A platform on the server, by the fake clock; `random` is what chance always says."""
    given = {"client_id": CLIENT[0], "client_secret": CLIENT[1], "api_url": server.url, **settings}
    return connect(
        PlatformSettings(**given),
        clock=time.clock,
        random=lambda: random,
        redact=redact,
        timeouts=timeouts,
        limits=limits,
        deadline=time.deadline(seconds),
    )
