"""`update_flow_with_conflict_resolution`, whoever speaks to the platform."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from ivr_action.errors import OutcomeUnknownError, UsageError
from ivr_action.genesys.sdk import load_sdk
from ivr_action.genesys.store import ConflictError, Live
from ivr_action.merge import Resolution
from ivr_action.updater import update_flow_with_conflict_resolution
from tests.genesys.fakes import FakeTime
from tests.genesys.nodes import NodeFlow, node, opened
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


class Everything(Tutorial):
    """As a mock is: it has any method that is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **named: self


def test_what_has_the_tutorials_two_methods_is_asked_by_them(flow: NodeFlow) -> None:
    api = Everything(flow)
    assert update_flow_with_conflict_resolution(api, "f1", BODY)["version"] == 2
    assert (flow.text(), api.seen) == ("new", ["1"])


class Model:
    """An answer as pydantic's models are."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def model_dump(self) -> dict[str, Any]:
        return self._data


def test_answers_may_be_models(flow: NodeFlow) -> None:
    class Modern(Tutorial):
        def get_flow(self, flow_id: str) -> Any:
            return Model(super().get_flow(flow_id))

    assert update_flow_with_conflict_resolution(Modern(flow), "f1", BODY)["version"] == 2


@pytest.mark.parametrize("key", ["description", "variables"])
def test_what_a_whole_body_leaves_out_is_a_change(
    server: Server, fake_time: FakeTime, flow: NodeFlow, key: str
) -> None:
    flow.store({**BODY, key: {"said": "before"}})
    platform, store = opened(server, fake_time)
    with platform:
        first = update_flow_with_conflict_resolution(store, "f1", BODY)
        again = update_flow_with_conflict_resolution(store, "f1", BODY)
    assert (first["version"], again["version"], len(server.calls("PUT"))) == (3, 3, 1)
    assert key not in flow.history[3]


def test_a_platform_that_keeps_what_was_left_out_has_saved_the_rest(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    def keeps(seen: Seen) -> Reply:
        flow.store({"description": "before", **seen.json()})
        return flow.get()

    flow.store({**BODY, "description": "before"})
    flow.faults = [keeps]
    platform, store = opened(server, fake_time)
    with platform:
        assert update_flow_with_conflict_resolution(store, "f1", BODY)["version"] == 3


@pytest.mark.parametrize("flow_id", ["", ".", "..", "../tokens/me", "a/b", None, 7])
def test_an_id_that_would_lead_to_another_call_is_refused(server: Server, fake_time: FakeTime, flow_id: Any) -> None:
    platform, store = opened(server, fake_time)
    with platform, pytest.raises(UsageError, match="is no flowId; nothing was sent"):
        update_flow_with_conflict_resolution(store, flow_id, BODY)
    assert server.calls("GET") == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (None, "must be a flow with a map `nodes`"),
        ([BODY], "must be a flow with a map `nodes`"),
        ({**BODY, "version": True}, "version` is `True`"),
        ({**BODY, "version": 1.0}, "version` is `1.0`"),
        ({**BODY, "version": "1²"}, "must be the integer"),
        ({**BODY, "variables": {"x": float("nan")}}, "is no JSON"),
        ({**BODY, "variables": {"x": object()}}, "a value is of type object"),
    ],
)
def test_a_body_that_is_no_flow_is_refused(flow: NodeFlow, body: Any, says: str) -> None:
    tutorial = Tutorial(flow)
    with pytest.raises(UsageError, match=says):
        update_flow_with_conflict_resolution(tutorial, "f1", body)
    assert tutorial.seen == []


def test_what_json_writes_otherwise_is_compared_as_it_is_written(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    platform, store = opened(server, fake_time)
    nodes = MappingProxyType({"start": {**node("new"), "variables": {1: ("a", "b")}}})
    with platform:
        saved = update_flow_with_conflict_resolution(store, "f1", {**BODY, "nodes": nodes})
    assert saved["nodes"]["start"]["variables"] == {"1": ["a", "b"]}
    assert flow.history[2]["nodes"] == saved["nodes"]


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


def test_a_body_made_from_an_older_version_is_merged(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.edit("theirs", "other")
    platform, store = opened(server, fake_time)
    kept: list[Live] = []
    with platform:
        with pytest.raises(
            ConflictError, match=r"version 2 is live, version 1 was expected.*\n.*live flow: `other`; and"
        ):
            update_flow_with_conflict_resolution(store, "f1", {**BODY, "version": 1}, on_conflict="fail")
        assert server.calls("PUT") == []
        merged = update_flow_with_conflict_resolution(
            store, "f1", {**BODY, "version": 1}, validate=lambda flow: [], keep=kept.append
        )
    assert merged["version"] == 3
    assert merged["nodes"] == flow.history[3]["nodes"] == {"start": node("new"), "other": node("theirs")}
    assert [live.version for live in kept] == ["2"]


def test_two_changes_that_contradict_each_other_are_told_field_by_field(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    flow.edit("theirs")
    platform, store = opened(server, fake_time)
    told: list[Resolution] = []
    with platform, pytest.raises(ConflictError) as caught:
        update_flow_with_conflict_resolution(store, "f1", {**BODY, "version": 1}, told=told.append)
    assert str(caught.value).splitlines()[1] == (
        'Node `start`: `properties.audioResource.id` was "old"; it is "new" in yours, "theirs" in the live flow.'
    )
    assert [conflict.theirs for conflict in told[0].conflicts] == ["theirs"]
    assert (flow.text(), server.calls("PUT")) == ("theirs", [])


def test_ours_replaces_theirs_still_with_if_match_and_says_so(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    flow.edit("theirs")
    flow.faults = [lambda seen: flow.edit("theirs again")]
    platform, store = opened(server, fake_time)
    told: list[Resolution] = []
    with platform:
        update_flow_with_conflict_resolution(
            store, "f1", {**BODY, "version": 1}, on_conflict="ours", told=told.append, pace=platform.pace
        )
    assert [put.headers["if-match"] for put in server.calls("PUT")] == ["2", "3"]
    assert (flow.version, flow.text()) == (4, "new")
    assert [[change.theirs for change in decision.overwritten] for decision in told] == [["theirs"], ["theirs again"]]


def test_a_merged_flow_is_validated_before_it_is_sent(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.edit("theirs", "other")
    platform, store = opened(server, fake_time)
    with platform, pytest.raises(ConflictError, match=r"do not go together: .*`other`"):
        update_flow_with_conflict_resolution(store, "f1", {**BODY, "version": 1})
    assert server.calls("PUT") == []


def test_without_the_version_that_a_body_was_made_from_nothing_is_merged(server: Server, fake_time: FakeTime) -> None:
    flow = NodeFlow(server, history=False)
    flow.edit("theirs", "other")
    platform, store = opened(server, fake_time)
    with platform, pytest.raises(ConflictError, match="does not show version 1 any more"):
        update_flow_with_conflict_resolution(store, "f1", {**BODY, "version": 1})
    assert server.calls("PUT") == []


def test_an_unknown_way_to_resolve_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="`on-conflict` is `theirs`"):
        update_flow_with_conflict_resolution(object(), "f1", BODY, on_conflict="theirs")


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
