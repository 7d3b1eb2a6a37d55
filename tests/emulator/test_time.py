"""Times that a client and the emulator share."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ivr_action.emulator import Emulator, ScaledTime, SimulatedTime
from ivr_action.genesys.clock import Clock
from ivr_action.genesys.errors import StoppedError


def test_scaled_time_goes_as_often_faster_as_it_is_told() -> None:
    real = [100.0]
    scaled = ScaledTime(50, started=1000.0, real=lambda: real[0])
    assert scaled.now() == 1000.0
    real[0] += 2.0
    assert scaled.now() == 1100.0


def test_a_scaled_wait_is_short_and_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    scaled = ScaledTime(1000, stop=stop)
    began, from_ = time.monotonic(), scaled.now()
    scaled.sleep(30)
    assert scaled.now() - from_ >= 30
    assert time.monotonic() - began < 20
    slow = ScaledTime(0.001, stop=stop)
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(StoppedError):
        Clock(slow.now, slow.sleep, stop).sleep(3600)


def test_a_time_that_stands_or_runs_back_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        ScaledTime(0)


def test_a_simulated_wait_takes_no_time_and_moves_it() -> None:
    simulated = SimulatedTime(started=0.0)
    simulated.sleep(3600)
    assert (simulated.now(), simulated.waits) == (3600.0, [3600])
    simulated.advance(5)
    assert simulated.now() == 3605.0


def test_many_workers_wake_in_the_order_of_their_times() -> None:
    simulated = SimulatedTime(started=0.0)
    woken: list[tuple[float, int]] = []
    ready = threading.Barrier(40)

    def work(number: int) -> None:
        with simulated.worker():
            ready.wait(10)
            for _ in range(5):
                simulated.sleep(1 + number % 7)
                woken.append((simulated.now(), number))

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(work, range(40)))
    assert len(woken) == 200
    assert [at for at, _ in woken] == sorted(at for at, _ in woken)
    assert {at for at, number in woken if number == 6} == {7.0, 14.0, 21.0, 28.0, 35.0}
    assert simulated.now() == 35.0


@pytest.mark.parametrize("by_hand", [True, False])
def test_sleepers_end_when_the_time_is_ended(by_hand: bool) -> None:
    simulated = SimulatedTime(started=0.0)
    asleep = threading.Event()

    def wait() -> None:
        with simulated.worker():
            asleep.set()
            simulated.sleep(10)

    with simulated.worker():  # somebody works, so the time stands
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert asleep.wait(10)
        assert simulated.now() == 0.0
        if by_hand:
            simulated.end()
        else:
            simulated.stop.set()
        waiting.join(10)
    assert not waiting.is_alive()
    assert simulated.now() == 0.0


def test_forty_delays_at_once_are_waited_together() -> None:
    simulated = SimulatedTime()
    with Emulator(clock=simulated.now, pause=simulated.pause) as emulator:
        emulator.fault(path="/slow/*", count=0, delay=90)
        ready = threading.Barrier(40)

        def work(number: int) -> float:
            with simulated.worker():
                ready.wait(10)
                httpx.get(f"{emulator.api_url}/slow/{number}", trust_env=False)
                return simulated.now()

        with ThreadPoolExecutor(40) as pool:
            assert set(pool.map(work, range(40))) == {1_800_000_090.0}


def test_the_emulator_and_its_client_have_one_time() -> None:
    simulated = SimulatedTime()
    with Emulator(clock=simulated.now, pause=simulated.pause) as emulator:
        emulator.fault(path="/slow", delay=90)
        with simulated.worker():
            httpx.get(f"{emulator.api_url}/slow", trust_env=False)
        simulated.sleep(30)
        assert simulated.waits == [90, 30]
        assert emulator.world.clock() == simulated.now() == 1_800_000_120.0
