"""The specification's save: what is sent, what is refused, how flows are found."""

from __future__ import annotations

from typing import Any

import pytest

from ivr_action.genesys.errors import (
    ForbiddenError,
    LockedError,
    NotFoundError,
    ThrottledError,
    UnreachableError,
)
from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.regions import REGIONS
from ivr_action.genesys.store import ABSENT, FlowRef, FlowStore, Live, RejectedError
from tests.genesys.fakes import FakeTime
from tests.genesys.nodes import FLOW, NodeFlow, node, opened, save
from tests.genesys.server import Reply, Seen, Server


def test_a_save_is_one_put_with_if_match_and_is_read_back(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    saved = save(server, fake_time)
    assert (saved.version, saved.previous, saved.attempts, saved.recovered) == ("2", "1", 1, False)
    assert flow.text() == "new"
    (put,) = server.calls("PUT")
    assert put.headers["if-match"] == "1"
    assert put.json()["version"] == 1
    assert [seen.method for seen in server.calls()] == ["GET", "GET", "PUT", "GET"]


def test_what_is_live_already_is_not_sent(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    saved = save(server, fake_time, {"nodes": {"start": node("old")}})
    assert (saved.changed, saved.version) == (False, "1")
    assert server.calls("PUT") == []


def test_what_was_live_is_kept_before_every_write(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    kept: list[Live] = []
    save(server, fake_time, keep=kept.append)
    assert [live.version for live in kept] == ["1"]
    assert kept[0].content["nodes"]["start"] == node("old")


def test_an_earlier_version_is_restored_as_a_new_one(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.edit("worse")
    platform, store = opened(server, fake_time)
    with platform:
        saved = store.restore("f1", "1")
    assert (saved.version, flow.text()) == ("3", "old")


def test_a_node_store_is_a_flow_store(server: Server, fake_time: FakeTime) -> None:
    platform, store = opened(server, fake_time)
    platform.close()
    assert isinstance(store, FlowStore)


# -- refused before anything is sent


@pytest.mark.parametrize("region", REGIONS, ids=[region.name for region in REGIONS])
def test_nothing_is_sent_to_a_public_region(region: Any) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("something was sent")

    store = NodeStore(never, region.api_url)
    with pytest.raises(RejectedError, match=f"public region {region.name}.*Nothing was sent") as caught:
        store.save("f1", {"nodes": {}}, "1")
    assert "publish jobs" in caught.value.hint


@pytest.mark.parametrize(
    "body",
    [
        {"id": "f1", "name": "Main", "publishedVersion": {"id": "3.0"}},
        {"id": "f1", "name": "Main", "nodes": {}},
        {"id": "f1", "name": "Main", "nodes": {}, "version": "3.0"},
        {"id": "f1", "name": "Main", "nodes": {}, "version": True},
        {"id": "f1", "name": "Main", "nodes": [], "version": 3},
    ],
)
def test_a_flow_without_nodes_and_integer_version_is_refused(
    server: Server, fake_time: FakeTime, body: dict[str, Any]
) -> None:
    server.on("GET", FLOW, Reply(200, body))
    with pytest.raises(RejectedError, match="Flow `Main` has no map `nodes` with an integer `version`"):
        save(server, fake_time)
    assert server.calls("PUT") == []


def test_content_without_nodes_and_a_flow_that_is_absent_are_refused(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    platform, store = opened(server, fake_time)
    with platform:
        with pytest.raises(RejectedError, match="no map `nodes`"):
            store.save("f1", {"name": "x"}, "1")
        with pytest.raises(RejectedError, match="cannot create"):
            store.save("f1", {"nodes": {}}, ABSENT)
    assert server.calls("PUT") == []


# -- refused by the platform


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(403, {"message": "missing [architect:flow:edit]"}), ForbiddenError),
        (Reply(404, {"code": "architect.flow.not.found"}), NotFoundError),
        (
            Reply(409, {"code": "architect.flow.locked.by.user", "message": "Flow 'x' is locked by user Ada"}),
            LockedError,
        ),
        (Reply(429, headers={"Retry-After": "9999"}), ThrottledError),
        (Reply(400, {"message": "startNodeId names no node"}), RejectedError),
        (Reply(413, {"code": "response.entity.too.large"}), RejectedError),
    ],
)
def test_a_refusal_ends_it_and_changes_nothing(
    server: Server, fake_time: FakeTime, flow: NodeFlow, reply: Reply, error: type[Exception]
) -> None:
    flow.faults = [lambda seen: reply]
    with pytest.raises(error):
        save(server, fake_time)
    assert (flow.version, len(server.calls("PUT"))) == (1, 1)


def test_a_platform_that_is_away_changes_nothing(server: Server, fake_time: FakeTime) -> None:
    server.on("GET", FLOW, Reply(reset=True))
    with pytest.raises(UnreachableError):
        save(server, fake_time)


# -- finding


def test_a_flow_is_found_by_exact_name_over_all_pages(server: Server, fake_time: FakeTime) -> None:
    def page(seen: Seen) -> Reply:
        number = int(seen.query["pageNumber"][0])
        names = [[("a", "Main 2", "INBOUNDCALL")], [("b", "Main", "WORKFLOW"), ("c", "Main", "INBOUNDCALL")]]
        entities = [{"id": id_, "name": name, "type": type_} for id_, name, type_ in names[number - 1]]
        return Reply(200, {"entities": entities, "pageCount": 2, "pageNumber": number})

    server.on("GET", "/api/v2/flows", page)
    platform, store = opened(server, fake_time)
    with platform:
        found = store.find(FlowRef("Main", "inboundcall"))
        assert found is not None
        assert (found.id, found.type) == ("c", "inboundcall")
        assert store.find(FlowRef("Mai")) is None
        with pytest.raises(RejectedError, match="2 flows are named `Main`: workflow b, inboundcall c"):
            store.find(FlowRef("Main"))


def test_an_id_wins_over_the_name(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    platform, store = opened(server, fake_time)
    with platform:
        found = store.find(FlowRef("whatever", id="f1"))
        assert found is not None
        assert found.name == "Main"
        assert store.find(FlowRef("Main", id="f2")) is None
