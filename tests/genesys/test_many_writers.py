"""Fifty writers of one flow, each with a node of its own, over real HTTP and in simulated time: no edit is lost."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.contended import ours, plain, simulate
from ivr_action.emulator import Emulator
from ivr_action.emulator.time import ScaledTime
from ivr_action.emulator.world import Pace
from ivr_action.genesys.clock import Clock
from ivr_action.updater import IvrFlowUpdater

COUNT = 50
FASTER = 25.0
"""Seconds of writers and platform in one real second; what the machine does counts too, so not more."""


def _graph() -> dict[str, Any]:
    nodes: dict[str, Any] = {
        f"n{number}": {
            "id": f"n{number}",
            "type": "playAudio",
            "properties": {"tts": "before"},
            "transitionConditions": [
                {"condition": "default", "destinationNodeId": f"n{number + 1}" if number + 1 < COUNT else "end"}
            ],
        }
        for number in range(COUNT)
    }
    nodes["end"] = {"id": "end", "type": "disconnect", "transitionConditions": []}
    return {"id": "main", "name": "Main line", "type": "inboundcall", "startNodeId": "n0", "nodes": nodes}


@pytest.fixture
def time() -> ScaledTime:
    return ScaledTime(FASTER)


@pytest.fixture
def emulator(tmp_path: Path, time: ScaledTime) -> Iterator[Emulator]:
    (tmp_path / "main.json").write_text(json.dumps(_graph()))
    with Emulator(
        mode="specification",
        seeds=[tmp_path / "main.json"],
        clock=time.now,
        pause=time.pause,
        pace=Pace(requests=10**6),
        rng=random.Random(50),
    ) as running:
        # 30 % are told 429, half of them for how long; 10 % are cut, half of them after the platform has done it.
        for fault in (
            {"status": 429, "retry_after": 1, "chance": 0.15},
            {"status": 429, "chance": 0.18},
            {"drop": "before", "chance": 0.05},
            {"drop": "after", "chance": 0.05},
        ):
            running.fault(method="*", path="/api/v2/flows/*", count=0, **fault)
        running.fault(method="PUT", path="/api/v2/flows/*", drop="after")  # the first one, whatever chance says
        yield running


def _edited(nodes: dict[str, Any], number: int) -> dict[str, Any]:
    return {**nodes, f"n{number}": {**nodes[f"n{number}"], "properties": {"tts": f"by writer {number}"}}}


def test_fifty_writers_lose_nothing_and_each_is_told_the_truth(emulator: Emulator, time: ScaledTime) -> None:
    flow, nodes = emulator.flow("Main line"), _graph()["nodes"]
    told: dict[int, dict[str, Any]] = {}
    failed: list[BaseException] = []
    begin = threading.Barrier(COUNT)

    def write(number: int) -> None:
        updater = IvrFlowUpdater(
            emulator.client_id,
            emulator.client_secret,
            environ={"IVR_ACTION_API_URL": emulator.api_url, "IVR_ACTION_LOGIN_URL": emulator.login_url},
            clock=Clock(time.now, time.sleep, time.stop),
            random=random.Random(number).random,
            max_retries=500,
            patience=1e6,
        )
        with updater:
            begin.wait(60)
            try:
                told[number] = updater.update_nodes(flow.id, _edited(nodes, number), "n0", base_version=1)
            except BaseException as error:
                failed.append(error)

    threads = [threading.Thread(target=write, args=(number,), daemon=True) for number in range(COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert failed == []
    assert sorted(told) == list(range(COUNT))

    expected = nodes
    for number in range(COUNT):
        expected = _edited(expected, number)
    assert flow.document["nodes"] == expected
    # One version for each writer, and no other; each was told the one that its edit came with.
    assert flow.revision == 1 + COUNT
    assert sorted(done["version"] for done in told.values()) == list(range(2, 2 + COUNT))
    for number, done in told.items():
        before, after = flow.history[str(done["version"] - 1)]["nodes"], flow.history[str(done["version"])]["nodes"]
        assert after == _edited(before, number)
        assert before != after
        assert done["previous_version"] == done["version"] - 1
        assert done["status"] == ("deployed" if done["version"] == 2 else "merged")
        later = done["superseded_by"]
        assert later is None or done["version"] < later <= flow.revision
    # All that was to happen has happened.
    seen = [entry for entry in emulator.log if entry.path.startswith("/api/v2/flows/")]
    assert {entry.fault for entry in seen} >= {"", "status 429", "drop before", "drop after"}
    assert any(entry.status == 409 for entry in seen)
    assert any(done["recovered"] for done in told.values())


@pytest.mark.parametrize("struck", ["PUT", "*"])
def test_in_simulated_time_it_is_the_same_for_the_same_seed(struck: str) -> None:
    first, again = (simulate(ours, 20, 1, struck) for _ in range(2))
    assert first == again
    assert (first.lost, first.versions) == (0, 20)
    assert first.conflicts > 0
    other = simulate(plain, 20, 1, struck)
    assert first.requests < other.requests
    assert first.seconds < 0.7 * other.seconds
