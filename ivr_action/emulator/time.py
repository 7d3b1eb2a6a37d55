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

_LOOK = 0.1
"""Real seconds after which a sleeper looks whether it was told to stop."""
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
        stop: ends every wait once it is set; `end()` sets it and ends them at once.
    """

    def __init__(self, *, started: float = STARTED, stop: threading.Event | None = None) -> None:
        self.stop = stop or threading.Event()
        self.waits: list[float] = []
        """Every wait so far, in seconds, in the order they began."""
        self._now = started
        self._lock = threading.RLock()
        self._workers = 0
        self._sleepers: list[tuple[float, int, Callable[[], object]]] = []
        """When to wake, the how-manieth wait it is, and how to wake it."""

    def now(self) -> float:
        """Epoch seconds."""
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Moves the time by hand."""
        with self._lock:
            self._now += seconds
            self._wake()

    @contextmanager
    def worker(self) -> Iterator[None]:
        """The time does not pass while the thread in here works."""
        with self._lock:
            self._workers += 1
        try:
            yield
        finally:
            with self._lock:
                self._workers -= 1
                self._wake()

    def end(self) -> None:
        """Every wait ends now, and no other begins."""
        self.stop.set()
        with self._lock:
            self._wake()

    def sleep(self, seconds: float) -> None:
        """Waits in a thread of the client."""
        woken = threading.Event()
        self._add(seconds, woken.set)
        while not woken.wait(_LOOK):
            if self.stop.is_set():
                self.end()

    async def pause(self, seconds: float) -> None:
        """Waits in the emulator, for the worker whose request it is."""
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()

        def settle() -> None:
            if not woken.done():
                woken.set_result(None)

        number = self._add(seconds, lambda: loop.call_soon_threadsafe(settle))
        try:
            await woken
        except asyncio.CancelledError:
            with self._lock:
                self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[1] != number]
                heapq.heapify(self._sleepers)
            raise

    def _add(self, seconds: float, wake: Callable[[], object]) -> int:
        with self._lock:
            self.waits.append(seconds)
            number = len(self.waits)
            heapq.heappush(self._sleepers, (self._now + max(0.0, seconds), number, wake))
            self._wake()
            return number

    def _wake(self) -> None:
        """Wakes whose time has come, and the next one where nobody works; one at a time, so that order is certain."""
        while self._sleepers:
            at, _, wake = self._sleepers[0]
            everybody = len(self._sleepers) >= self._workers
            if at > self._now and not everybody and not self.stop.is_set():
                return
            heapq.heappop(self._sleepers)
            if not self.stop.is_set():
                self._now = max(self._now, at)
            wake()
