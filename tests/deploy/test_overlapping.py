"""Two deployments of one tag at once, by one OAuth client: to the second, the first one's lock looks like its own."""

from __future__ import annotations

import time as real
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ivr_action.emulator import Emulator, ScaledTime
from ivr_action.emulator.world import Pace
from ivr_action.genesys.client import connect
from ivr_action.genesys.clock import Clock
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.model.deployment import DeployedFlow, Result
from tests.deploy.bench import MAIN, NAME, OURS, Bench
from tests.genesys.fakes import STEADY

FACTOR = 300
"""5 minutes take a second."""


def overlapping(job: float, apart: float, **fault: Any) -> tuple[list[DeployedFlow], Emulator]:
    """Both runs' results; the second begins so many seconds after the first one's upload."""
    time = ScaledTime(FACTOR)
    with Emulator(seeds=[MAIN], clock=time.now, pause=time.pause, pace=Pace(job=job, requests=100_000)) as emulator:
        settings = PlatformSettings(client_id=emulator.client_id, client_secret=emulator.client_secret,
                                    api_url=emulator.api_url, login_url=emulator.login_url)  # fmt: skip
        if fault:
            emulator.fault(method="POST", path="/api/v2/flows/jobs", job=fault)
        clock = Clock(time.now, time.sleep)

        def run() -> DeployedFlow:
            with connect(settings, clock=clock, timeouts=STEADY) as platform:
                bench = Bench(emulator, time, platform, clock, seconds=7200)
                bench.commit(OURS)
                return bench.deployed(adopt="git")

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(run)
            until = real.monotonic() + 30
            while not any("/uploads/" in entry.path for entry in emulator.log.entries) and real.monotonic() < until:
                real.sleep(0.002)
            time.sleep(apart)
            second = pool.submit(run)
            return [first.result(60), second.result(60)], emulator


def unlocks(emulator: Emulator) -> int:
    return sum(entry.path == "/api/v2/flows/actions/unlock" for entry in emulator.log.entries)


@pytest.mark.parametrize(("job", "apart"), [(240.0, 20.0), (600.0, 30.0), (900.0, 300.0)])
def test_the_lock_of_a_job_that_runs_is_left_alone(job: float, apart: float) -> None:
    (first, second), emulator = overlapping(job, apart)
    assert (first.result, first.to_version) == (Result.DEPLOYED, "2.0"), first.message
    assert second.result is Result.UNCHANGED, second.message
    assert unlocks(emulator) == 0
    assert [version.id for version in emulator.flow(NAME).versions] == ["1.0", "2.0"]


def test_the_lock_of_a_job_that_died_is_released_by_the_next_run() -> None:
    (first, second), emulator = overlapping(60.0, 30.0, never_ends=True)
    assert first.result is Result.UNKNOWN, first.message
    assert (second.result, second.to_version) == (Result.DEPLOYED, "2.0"), second.message
    assert "A lock of our own OAuth client was released" in second.message
    assert unlocks(emulator) == 1
    assert [version.id for version in emulator.flow(NAME).versions] == ["1.0", "2.0"]
