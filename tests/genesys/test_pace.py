"""How fast requests follow one another, and how long is waited."""

from __future__ import annotations

import threading

import pytest

from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.errors import OutOfTimeError, StoppedError
from ivr_action.genesys.pace import Pace
from tests.genesys.fakes import FakeTime


def limits(allowed: int, count: int, reset: int) -> dict[str, str]:
    values = {"allowed": allowed, "count": count, "reset": reset}
    return {f"inin-ratelimit-{name}": str(value) for name, value in values.items()}


def test_no_more_than_the_limit_in_any_minute(fake_time: FakeTime) -> None:
    pace, deadline = Pace(fake_time.clock, per_minute=10, random=lambda: 0.0), fake_time.deadline(1e6)
    sent = []
    for number in range(45):
        pace.acquire(deadline)
        sent.append(fake_time.at)
        fake_time.at += 0.1 * (number % 7)
    assert all(later - sooner > 59.999 for sooner, later in zip(sent, sent[10:], strict=False))
    assert sent[-1] - sent[0] < 5 * 60


def test_the_default_is_300_a_minute(fake_time: FakeTime) -> None:
    pace, deadline = Pace(fake_time.clock, random=lambda: 0.0), fake_time.deadline()
    for _ in range(300):
        pace.acquire(deadline)
    assert fake_time.waits == []
    pace.acquire(deadline)
    assert fake_time.waits == [60.0]


def test_the_platforms_count_wins_over_ours(fake_time: FakeTime) -> None:
    pace, deadline = Pace(fake_time.clock, random=lambda: 0.0), fake_time.deadline()
    pace.acquire(deadline)
    pace.observe(limits(180, 178, 40))  # others use the same client
    pace.acquire(deadline)
    pace.acquire(deadline)
    assert fake_time.waits == []
    pace.acquire(deadline)
    assert fake_time.waits == [40.0]


def test_answers_that_overtake_one_another_give_nothing_back(fake_time: FakeTime) -> None:
    pace, deadline = Pace(fake_time.clock, random=lambda: 0.0), fake_time.deadline()
    pace.acquire(deadline)
    pace.observe(limits(5, 4, 40))
    pace.acquire(deadline)
    pace.observe(limits(5, 3, 40))  # an older answer arrives late
    pace.acquire(deadline)
    assert fake_time.waits == [40.0]


def test_a_new_window_is_a_new_start(fake_time: FakeTime) -> None:
    pace, deadline = Pace(fake_time.clock, random=lambda: 0.0), fake_time.deadline()
    pace.acquire(deadline)
    pace.observe(limits(2, 2, 10))
    fake_time.at += 10
    pace.acquire(deadline)
    pace.acquire(deadline)
    assert fake_time.waits == []
    pace.acquire(deadline)
    assert fake_time.waits == [60.0]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"inin-ratelimit-allowed": "5"},
        {**limits(5, 5, 9), "inin-ratelimit-count": "many"},
        limits(0, 0, 9),
        limits(5, -1, 9),
        limits(5, 5, 99_999),
    ],
)
def test_headers_that_make_no_sense_change_nothing(fake_time: FakeTime, headers: dict[str, str]) -> None:
    pace = Pace(fake_time.clock)
    pace.observe(headers)
    assert pace.quota is None


def test_a_pause_holds_everybody_back(fake_time: FakeTime) -> None:
    pace, deadline = Pace(fake_time.clock, random=lambda: 0.25), fake_time.deadline()
    pace.pause(30)
    pace.acquire(deadline)
    assert fake_time.waits == [30.25]
    assert pace.waited == 30.25


def test_a_wait_that_does_not_fit_fails_at_once_with_the_numbers(fake_time: FakeTime) -> None:
    pace = Pace(fake_time.clock, random=lambda: 0.0)
    pace.pause(30)
    with pytest.raises(OutOfTimeError, match="would take 30 s and 20 s of 20 s are left") as caught:
        pace.acquire(fake_time.deadline(20))
    assert (caught.value.needed, caught.value.left) == (30, 20)
    assert fake_time.waits == []


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_never_less_than_what_is_asked_is_waited(chance: float) -> None:
    pace = Pace(Clock(), random=lambda: chance)
    assert all(after <= pace.backoff(0, after) <= after * 1.25 + 1 for after in (0.0, 1.0, 58.0))


def test_full_jitter_lies_between_nothing_and_a_growing_bound() -> None:
    assert [Pace(Clock(), random=lambda: 0.0).backoff(n) for n in range(3)] == [0, 0, 0]
    assert [Pace(Clock(), random=lambda: 1.0).backoff(n, cap=5) for n in (0, 1, 2, 3, 10**6)] == [1, 2, 4, 5, 5]


def test_a_real_wait_ends_with_the_stop_event() -> None:
    stop = threading.Event()
    clock = Clock(stop=stop)
    threading.Timer(0.1, stop.set).start()
    began = clock.now()
    with pytest.raises(StoppedError):
        Pace(clock).wait(30, "a test", Deadline.after(clock, 60))
    assert clock.now() - began < 10


def test_threads_share_the_limit() -> None:
    fake_time = FakeTime()
    pace, deadline = Pace(fake_time.clock, per_minute=50, random=lambda: 0.0), fake_time.deadline(1e6)
    sent: list[float] = []

    def run() -> None:
        for _ in range(25):
            pace.acquire(deadline)
            sent.append(fake_time.at)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(sent) == 200
    first = [moment for moment in sent if moment < sent[0] + 60]
    assert len(first) <= 50
