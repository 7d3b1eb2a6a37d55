"""Asks each question once, however many threads want the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

from ivr_action.errors import PlatformError

T = TypeVar("T")


class Once:
    """Answers by question, for as long as a run lasts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[Hashable, Future[Any]] = {}

    def ask(self, question: Hashable, ask: Callable[[], T]) -> T:
        """The answer that whoever came first got; the others wait for it. A failure is not remembered.

        Args:
            question: names it.
            ask: asks it.
        """
        with self._lock:
            known = self._asked.get(question)
            future = known or self._asked.setdefault(question, Future())
        if known is not None:
            answer: T = known.result()
            return answer
        try:
            answer = ask()
        except BaseException as error:
            with self._lock:
                del self._asked[question]
            # What ends the process is not for the others; they fail all the same.
            future.set_exception(error if isinstance(error, Exception) else PlatformError("The run was ended."))
            raise
        future.set_result(answer)
        return answer
