"""Nothing is overwritten that nobody has seen, and no edit of many writers is lost."""

from __future__ import annotations

import threading

import pytest

from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.save import SaveLoop
from ivr_action.genesys.store import ConflictError
from tests.genesys.fakes import FakeTime, platform_on
from tests.genesys.nodes import NodeFlow, join, node, opened, ours, save
from tests.genesys.server import Reply, Seen, Server


def test_a_colleagues_save_stops_ours_and_names_them(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen: flow.edit("theirs", who="Grace Example")]
    with pytest.raises(ConflictError, match="changed by Grace Example: version 2 is live, version 1 was expected"):
        save(server, fake_time)
    assert flow.text() == "theirs"


def test_the_same_edit_by_somebody_else_is_no_conflict(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    platform, store = opened(server, fake_time)
    with platform:
        base = store.read("f1")
        flow.edit("new")
        saved = SaveLoop(store, platform.pace, fake_time.deadline()).save(base, ours(base))
    assert (saved.changed, saved.version) == (False, "2")
    assert server.calls("PUT") == []


def test_a_merge_keeps_both_edits(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen: flow.edit("theirs", "other")]
    saved = save(server, fake_time, resolve=join)
    assert (saved.version, saved.attempts) == ("3", 2)
    assert flow.history[3]["nodes"] == {"start": node("new"), "other": node("theirs")}
    assert saved.content["nodes"] == flow.history[3]["nodes"]
    assert len(fake_time.waits) == 1  # full jitter


def test_a_merge_that_is_none_is_a_conflict(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen: flow.edit("theirs")]
    with pytest.raises(ConflictError, match="Node `start` was changed by both"):
        save(server, fake_time, resolve=join)
    assert flow.text() == "theirs"


def test_others_who_are_faster_every_time_end_it(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen, n=n: flow.edit(f"theirs {n}", "other") for n in range(9)]  # type: ignore[misc]
    with pytest.raises(ConflictError, match="Gave up after 3 attempts"):
        save(server, fake_time, resolve=join, attempts=3)
    assert len(server.calls("PUT")) == 3


def test_twenty_writers_lose_nothing(server: Server, flow: NodeFlow) -> None:
    """Each changes its own node; one answer in five is cut after the write, one in five is a 429."""
    count = 20
    number = iter(range(10**6))

    def fault(seen: Seen) -> Reply | None:
        kind = next(number) % 5
        if kind == 0:
            flow.put(seen)
            return Reply(reset=True)
        return Reply(429, headers={"Retry-After": "0"}) if kind == 1 else None

    flow.faults = [fault] * 10_000
    failed: list[BaseException] = []
    time = FakeTime()
    platform = platform_on(server, time, random=0.01, seconds=1e6)
    store = NodeStore(platform.call, platform.settings.api_url)
    base = store.read("f1")

    def run(writer: int) -> None:
        loop = SaveLoop(store, platform.pace, time.deadline(1e6), attempts=500, resolve=join)
        try:
            loop.save(base, ours(base, f"text {writer}", f"node-{writer}"))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(writer,)) for writer in range(count)]
    with platform:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert failed == []
    nodes = flow.history[flow.version]["nodes"]
    assert {id_: nodes[id_] for id_ in nodes if id_ != "start"} == {
        f"node-{writer}": node(f"text {writer}") for writer in range(count)
    }
    assert flow.version == 1 + count  # exactly one version for each
