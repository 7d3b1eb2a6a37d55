"""`update_flow_with_conflict_resolution`, whoever speaks to the platform."""

from __future__ import annotations

from typing import Any

import pytest

from ivr_action.errors import OutcomeUnknownError, UsageError
from ivr_action.genesys.public import update_flow_with_conflict_resolution
from ivr_action.genesys.sdk import load_sdk
from ivr_action.genesys.store import ConflictError
from tests.genesys.fakes import FakeTime
from tests.genesys.nodes import NodeFlow, join, node, opened
from tests.genesys.server import CLIENT, Reply, Seen, Server


class Tutorial:
    """An object as tutorials have it."""

    def __init__(self, flow: NodeFlow) -> None:
        self._flow = flow
        self.seen: list[str] = []

    def get_flow(self, flow_id: str) -> Any:
        return self._flow.get().body

    def update_flow(self, flow_id: str, body: dict[str, Any], if_match: str = "") -> Any:
        self.seen.append(if_match)
        self._flow.store({key: value for key, value in body.items() if key not in ("id", "version")})
        return self._flow.get().body


BODY = {"name": "Main", "nodes": {"start": node("new")}, "startNodeId": "start"}


@pytest.mark.parametrize("kind", ["our client", "the SDK's own client", "FlowStore"])
def test_if_match_is_on_the_wire_whoever_speaks(server: Server, fake_time: FakeTime, flow: NodeFlow, kind: str) -> None:
    sdk = load_sdk()
    platform, store = opened(server, fake_time)
    own = sdk.ApiClient(server.url).get_client_credentials_token(*CLIENT)
    flows_api = {"our client": sdk.ArchitectApi(platform.client), "FlowStore": store}.get(kind, sdk.ArchitectApi(own))
    with platform:
        result = update_flow_with_conflict_resolution(flows_api, "f1", BODY)
    own.http_client.rest_client.pool_manager.clear()
    assert result == {**BODY, "version": 2}
    assert flow.text() == "new"
    assert [put.headers["if-match"] for put in server.calls("PUT")] == ["1"]
    assert "If-Match" not in platform.client.default_headers
    assert "If-Match" not in own.default_headers


def test_a_put_that_a_foreign_client_sends_twice_is_our_own_save(server: Server, flow: NodeFlow) -> None:
    def cut_after(seen: Seen) -> Reply:
        flow.put(seen)
        return Reply(reset=True)  # the SDK's own transport sends the PUT again

    flow.faults = [cut_after]
    own = load_sdk().ApiClient(server.url).get_client_credentials_token(*CLIENT)
    result = update_flow_with_conflict_resolution(load_sdk().ArchitectApi(own), "f1", BODY)
    own.http_client.rest_client.pool_manager.clear()
    assert (result["version"], flow.version) == (2, 2)
    assert len(server.calls("PUT")) == 2


def test_the_tutorials_object_is_given_the_version(server: Server, flow: NodeFlow) -> None:
    api = Tutorial(flow)
    assert update_flow_with_conflict_resolution(api, "f1", BODY)["version"] == 2
    assert api.seen == ["1"]


def test_an_object_that_cannot_carry_the_version_is_refused(flow: NodeFlow) -> None:
    class Careless:
        def get_flow(self, flow_id: str) -> Any:
            return flow.get().body

        def update_flow(self, flow_id: str, body: Any) -> Any:
            raise AssertionError("something was sent")

    with pytest.raises(UsageError, match="takes neither `if_match` nor headers"):
        update_flow_with_conflict_resolution(Careless(), "f1", BODY)
    with pytest.raises(UsageError, match="of type object, which cannot"):
        update_flow_with_conflict_resolution(object(), "f1", BODY)


def test_a_body_made_from_an_older_version_is_a_conflict(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.edit("theirs", "other")
    platform, store = opened(server, fake_time)
    with platform:
        with pytest.raises(ConflictError, match="version 2 is live, version 1 was expected"):
            update_flow_with_conflict_resolution(store, "f1", {**BODY, "version": 1})
        merged = update_flow_with_conflict_resolution(store, "f1", {**BODY, "version": 1}, resolve=join)
    assert merged["version"] == 3
    assert set(merged["nodes"]) == {"start", "other"}


@pytest.mark.parametrize("retries", [0, 2])
def test_max_retries_counts_what_is_sent_again(
    server: Server, fake_time: FakeTime, flow: NodeFlow, retries: int
) -> None:
    flow.faults = [lambda seen: Reply(503)] * 9
    platform, store = opened(server, fake_time)
    with platform, pytest.raises(OutcomeUnknownError):
        update_flow_with_conflict_resolution(
            store, "f1", BODY, retries, pace=platform.pace, deadline=fake_time.deadline()
        )
    assert len(server.calls("PUT")) == retries + 1
