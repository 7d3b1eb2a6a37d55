"""The quota of requests: one window for each client, spent by its requests and by its jobs alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from ivr_action.emulator.problems import ApiError

LIMIT_KEY = "client.credentials.token.rate.per.minute"


@dataclass
class _Window:
    ends: float
    count: int = 0


@dataclass
class Quota:
    """Fixed windows that begin with a client's first request (the platform's kind of window is not documented).

    Args:
        allowed: requests in one window.
        seconds: length of a window.
        clock: seconds since the epoch.
    """

    allowed: int
    seconds: float
    clock: Callable[[], float]
    _windows: dict[str, _Window] = field(default_factory=dict)

    def spend(self, client: str, requests: int = 1) -> bool:
        """Spend some; False where the window has not as many left. What is refused costs nothing."""
        window = self._window(client)
        if window.count + requests > self.allowed:
            return False
        window.count += requests
        return True

    def headers(self, client: str) -> dict[str, str]:
        """`inin-ratelimit-*` as the platform sends them."""
        window = self._window(client)
        return {
            "inin-ratelimit-allowed": str(self.allowed),
            "inin-ratelimit-count": str(window.count),
            "inin-ratelimit-reset": str(self._left(window)),
        }

    def refusal(self, client: str) -> ApiError:
        """The 429 of a client whose window is spent."""
        return too_many(self._left(self._window(client)), self.allowed)

    def _left(self, window: _Window) -> int:
        return max(1, math.ceil(window.ends - self.clock()))

    def _window(self, client: str) -> _Window:
        now = self.clock()
        window = self._windows.get(client)
        if window is None or window.ends <= now:
            window = self._windows[client] = _Window(now + self.seconds)
        return window


def too_many(seconds: int | None, allowed: int = 300) -> ApiError:
    """The platform's 429; without `Retry-After` where `seconds` is None."""
    return ApiError(
        429,
        "too.many.requests",
        f"Rate limit exceeded the maximum. Retry the request in [{seconds or 0}] seconds",
        headers={} if seconds is None else {"Retry-After": str(seconds)},
        limit={"key": LIMIT_KEY, "namespace": "platform.api", "value": str(allowed)},
    )
