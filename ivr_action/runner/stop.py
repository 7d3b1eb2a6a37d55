"""Being told to end: a cancelled job sends SIGINT, 7.5 seconds later SIGTERM, and 2.5 seconds later kills
(actions/runner, ProcessInvoker). A run that has begun to save must say by then how far it came.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

GRACE = 4.5
"""Seconds that work gets to end by itself after the first signal; the rest of the 7.5 is for reporting."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_T = TypeVar("_T")


class Stop:
    """Whether the run was told to end.

    Until `defer`, the first signal raises KeyboardInterrupt where the program is. From then on it sets `event` alone,
    which whoever waits watches; and no further signal does more.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self._deferred = False

    def defer(self) -> None:
        """From now on a signal interrupts nothing: the work watches `event`, and what it did is reported."""
        self._deferred = True

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Takes SIGINT and SIGTERM, and gives them back; does nothing outside the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._told) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def _told(self, *_: Any) -> None:
        first = not self.event.is_set()
        self.event.set()
        if first and not self._deferred:
            raise KeyboardInterrupt

    def finish(self, work: Callable[[], _T], *, grace: float = GRACE) -> _T | None:
        """Does the work in a thread of its own, so that a signal is heard while it waits for an answer.

        Args:
            work: watches `event`.
            grace: seconds that it gets to end after a signal.

        Returns:
            What the work returns; None where it had not ended by then. Its thread ends with the process.
        """
        ended = threading.Event()
        results: list[_T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                results.append(work())
            except BaseException as error:
                errors.append(error)
            finally:
                ended.set()

        threading.Thread(target=run, name="platform", daemon=True).start()
        while not ended.wait(0.1):
            if self.event.is_set() and not ended.wait(grace):
                return None
        if errors:
            raise errors[0]
        return results[0]
