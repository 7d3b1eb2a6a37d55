"""Time that a client and the emulator share, so that hours of waiting take seconds: one object for both sides.

time = ScaledTime(200)                                   # one second of theirs takes 5 ms
Emulator(clock=time.now, pause=time.pause)
Clock(time.now, time.sleep)                              # of the client; ends early where time.stop is set
"""

from __future__ import annotations

import asyncio
import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STARTED = 1_800_000_000.0
"""Epoch seconds at which a time begins that is not told otherwise: 2027-01-15 08:00 UTC."""


class ScaledTime:
    """Real time, faster. Sound for any number of threads: it goes on while they work, as time does.

    What a request costs on loopback counts too: at a factor of 200 a millisecond is 0.2 seconds.

    Args:
        factor: seconds of this time in one real second.
        started: epoch seconds at its beginning.
        stop: ends every wait as soon as it is set.
        real: the clock behind it.
    """

    def __init__(
        self,
        factor: float = 200.0,
        *,
        started: float = STARTED,
        stop: threading.Event | None = None,
        real: Callable[[], float] = time.monotonic,
    ) -> None:
        if factor <= 0:
            raise ValueError(f"The factor is {factor:g}; time goes forward only, so it is greater than 0.")
        self.factor, self.stop = factor, stop or threading.Event()
        self._real, self._started, self._began = real, started, real()

    def now(self) -> float:
        """Epoch seconds."""
        return self._started + (self._real() - self._began) * self.factor

    def sleep(self, seconds: float) -> None:
        """Waits in a thread of the client."""
        self.stop.wait(max(0.0, seconds) / self.factor)

    async def pause(self, seconds: float) -> None:
        """Waits in the emulator."""
        await asyncio.sleep(max(0.0, seconds) / self.factor)


class SimulatedTime:
    """Time that stands still while anybody works and jumps to the next wake-up once everybody waits.

    One client thread needs nothing more: its waits end at once and move the time for both sides. Where several wait,
    each runs within `with time.worker():`, so that nobody is left behind while it works; the sleepers then wake in the
    order of their times. A worker that waits for something else than this time (a lock, a queue) holds the time up
    for ever, and `ScaledTime` is the one to use.

    Args:
        started: epoch seconds at its beginning.
        stop: ends every wait as soon as it is set, by `end()`.
    """

    def __init__(self, *, started: float = STARTED, stop: threading.Event | None = None) -> None:
        self.stop = stop or threading.Event()
        self.waits: list[float] = []
        """Every wait so far, in seconds, in the order they began."""
        self._now = started
        self._changed = threading.Condition()
        self._workers = 0
        self._asleep = 0
        self._wakes: list[tuple[float, int]] = []
        self._count = 0

    def now(self) -> float:
        """Epoch seconds."""
        with self._changed:
            return self._now

    def advance(self, seconds: float) -> None:
        """Moves the time by hand."""
        with self._changed:
            self._now += seconds
            self._changed.notify_all()

    @contextmanager
    def worker(self) -> Iterator[None]:
        """The time does not pass while the thread in here works."""
        with self._changed:
            self._workers += 1
        try:
            yield
        finally:
            with self._changed:
                self._workers -= 1
                self._changed.notify_all()

    def end(self) -> None:
        """Every wait ends now, and no other begins."""
        self.stop.set()
        with self._changed:
            self._changed.notify_all()

    def sleep(self, seconds: float) -> None:
        """Waits in a thread of the client, or in the emulator for one."""
        with self._changed:
            self.waits.append(seconds)
            self._count += 1
            mine = (self._now + max(0.0, seconds), self._count)
            heapq.heappush(self._wakes, mine)
            self._asleep += 1
            self._changed.notify_all()
            try:
                while self._now < mine[0] and not self.stop.is_set():
                    if self._asleep >= self._workers and self._wakes[0] == mine:
                        self._now = mine[0]
                    else:
                        self._changed.wait()
            finally:
                self._asleep -= 1
                self._wakes.remove(mine)
                heapq.heapify(self._wakes)
                self._changed.notify_all()

    async def pause(self, seconds: float) -> None:
        """Waits in the emulator, for the worker whose request it is."""
        await asyncio.to_thread(self.sleep, seconds)
