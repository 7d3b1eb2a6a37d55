"""SIGINT and SIGTERM: interrupted where nothing is at stake, finished and reported where something is."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from ivr_action.runner.stop import Stop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_interrupts(number: int) -> None:
    stop = Stop()
    before = signal.getsignal(number)
    with stop.listening():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        assert stop.event.is_set()
        signal.raise_signal(number)  # while it is reported: no second interruption
    assert signal.getsignal(number) is before


def test_after_defer_a_signal_only_sets_the_event() -> None:
    stop = Stop()
    with stop.listening():
        stop.defer()
        signal.raise_signal(signal.SIGTERM)
        assert stop.event.is_set()


def test_work_that_watches_the_event_ends_by_itself() -> None:
    stop = Stop()
    stop.defer()

    def work() -> str:
        signal.raise_signal(signal.SIGTERM)
        assert stop.event.wait(10)
        return "half of it"

    with stop.listening():
        assert stop.finish(work) == "half of it"


def test_work_that_hangs_is_left() -> None:
    stop, let_go = Stop(), threading.Event()
    stop.defer()
    stop.event.set()
    began = time.monotonic()
    assert stop.finish(lambda: let_go.wait(30), grace=0.2) is None
    assert time.monotonic() - began < 5
    let_go.set()


def test_what_the_work_raises_comes_out() -> None:
    def work() -> None:
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        Stop().finish(work)


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    heard: list[object] = []

    def run() -> None:
        with Stop().listening():
            heard.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert heard == [before]
