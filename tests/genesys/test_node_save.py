"""The specification's save: nothing overwritten unseen, nothing called saved that is not, a test for each fault."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from ivr_action.errors import OutcomeUnknownError, UsageError
from ivr_action.genesys.client import Platform
from ivr_action.genesys.errors import (
    ForbiddenError,
    LockedError,
    NotFoundError,
    StoppedError,
    ThrottledError,
    UnreachableError,
)
from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.public import update_flow_with_conflict_resolution
from ivr_action.genesys.regions import REGIONS
from ivr_action.genesys.save import SaveLoop
from ivr_action.genesys.sdk import load_sdk
from ivr_action.genesys.store import ABSENT, ConflictError, FlowRef, FlowStore, Live, RejectedError, Saved
from ivr_action.genesys.transport import Limits
from tests.genesys.fakes import FakeTime, platform_on
from tests.genesys.nodes import FLOW, NodeFlow, node
from tests.genesys.server import CLIENT, Reply, Seen, Server


@pytest.fixture
def flow(server: Server) -> NodeFlow:
    return NodeFlow(server)


def opened(server: Server, time: FakeTime, **more: Any) -> tuple[Platform, NodeStore]:
    platform = platform_on(server, time, limits=Limits(failures=1), **more)
    return platform, NodeStore(platform.call, platform.settings.api_url)


def ours(base: Live, text: str = "new", node_id: str = "start") -> dict[str, Any]:
    return {**base.content, "nodes": {**base.content["nodes"], node_id: node(text)}}


def save(server: Server, time: FakeTime, content: Mapping[str, Any] | None = None, **more: Any) -> Saved:
    platform, store = opened(server, time)
    with platform:
        base = store.read("f1")
        loop = SaveLoop(store, platform.pace, time.deadline(), **more)
        return loop.save(base, content if content is not None else ours(base))


# -- the straight way


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


# -- conflicts


def test_a_colleagues_save_stops_ours_and_names_them(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen: flow.edit("theirs", who="Grace Example")]
    with pytest.raises(ConflictError, match="changed by Grace Example: version 2 is live, version 1 was expected"):
        save(server, fake_time)
    assert flow.text() == "theirs"


def _join(base: Live, mine: Mapping[str, Any], live: Live) -> dict[str, Any]:
    """The simplest merge there is: whole nodes."""
    changed = {id_: node for id_, node in mine["nodes"].items() if base.content["nodes"].get(id_) != node}
    for id_, mine_now in changed.items():
        if live.content["nodes"].get(id_) not in (base.content["nodes"].get(id_), mine_now):
            raise ConflictError(live.flow_id, base.version, live, f"Node `{id_}` was changed by both.")
    return {**live.content, "nodes": {**live.content["nodes"], **changed}}


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
    saved = save(server, fake_time, resolve=_join)
    assert (saved.version, saved.attempts) == ("3", 2)
    assert flow.history[3]["nodes"] == {"start": node("new"), "other": node("theirs")}
    assert saved.content["nodes"] == flow.history[3]["nodes"]
    assert len(fake_time.waits) == 1  # full jitter


def test_a_merge_that_is_none_is_a_conflict(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen: flow.edit("theirs")]
    with pytest.raises(ConflictError, match="Node `start` was changed by both"):
        save(server, fake_time, resolve=_join)
    assert flow.text() == "theirs"


def test_others_who_are_faster_every_time_end_it(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen, n=n: flow.edit(f"theirs {n}", "other") for n in range(9)]  # type: ignore[misc]
    with pytest.raises(ConflictError, match="Gave up after 3 attempts"):
        save(server, fake_time, resolve=_join, attempts=3)
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
        loop = SaveLoop(store, platform.pace, time.deadline(1e6), attempts=500, resolve=_join)
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


# -- answers that are lost


def test_a_lost_answer_is_recognised_and_not_repeated(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    def cut_after(seen: Seen) -> Reply:
        flow.put(seen)
        return Reply(reset=True)

    flow.faults = [cut_after]
    saved = save(server, fake_time)
    assert (saved.recovered, saved.version, flow.version) == (True, "2", 2)
    assert len(server.calls("PUT")) == 1


@pytest.mark.parametrize("fault", [Reply(reset=True), Reply(503), Reply(delay=0.7)])
def test_a_save_that_never_arrived_is_sent_again(
    server: Server, fake_time: FakeTime, flow: NodeFlow, fault: Reply
) -> None:
    flow.faults = [lambda seen: fault]
    saved = save(server, fake_time)
    assert (saved.version, saved.attempts, flow.version) == ("2", 2, 2)


def test_a_save_that_arrives_late_is_recognised(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    held: list[Seen] = []

    def hold(seen: Seen) -> Reply:
        held.append(seen)
        return Reply(reset=True)

    flow.faults = [hold, lambda seen: (flow.put(held[0]), None)[1]]  # the first takes effect when the second comes
    saved = save(server, fake_time)
    assert (saved.recovered, saved.version, flow.version) == (True, "2", 2)


def test_a_truncated_answer_is_a_lost_one(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen: Reply(200, flow.put(seen).content()[:30])]
    assert save(server, fake_time).recovered


def test_a_lost_save_that_others_built_on_is_found_in_the_history(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    def cut_and_edited(seen: Seen) -> Reply:
        flow.put(seen)
        flow.edit("later", "other")
        return Reply(reset=True)

    flow.faults = [cut_and_edited]
    saved = save(server, fake_time)
    assert (saved.recovered, saved.version, saved.superseded_by) == (True, "2", "3")


def test_without_a_history_a_lost_save_that_others_built_on_stays_unknown(server: Server, fake_time: FakeTime) -> None:
    flow = NodeFlow(server, history=False)

    def cut_and_edited(seen: Seen) -> Reply:
        flow.put(seen)
        flow.edit("later", "other")
        return Reply(reset=True)

    flow.faults = [cut_and_edited]
    with pytest.raises(OutcomeUnknownError) as caught:
        save(server, fake_time)
    assert caught.value.exit_status == 4
    assert "version history" in caught.value.hint
    assert len(server.calls("PUT")) == 1


def test_a_colleague_who_took_the_version_makes_the_lost_save_certain_to_be_lost(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    def cut_and_edited(seen: Seen) -> Reply:
        flow.edit("theirs")
        return Reply(reset=True)

    flow.faults = [cut_and_edited]
    with pytest.raises(ConflictError):
        save(server, fake_time)


def test_a_platform_that_stays_away_leaves_it_unknown(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    def gone(seen: Seen) -> Reply:
        server.on("GET", FLOW, Reply(reset=True))
        return Reply(reset=True)

    flow.faults = [gone]
    with pytest.raises(OutcomeUnknownError, match=r"it was sent.*Then: GET .*no answer"):
        save(server, fake_time)


def test_sigterm_after_a_lost_answer_leaves_it_unknown(
    server: Server, fake_time: FakeTime, flow: NodeFlow, stop: threading.Event
) -> None:
    def stopped(seen: Seen) -> Reply:
        stop.set()
        return Reply(reset=True)

    flow.faults = [stopped]
    with pytest.raises(OutcomeUnknownError, match="Stopped while waiting"):
        save(server, fake_time)


def test_sigterm_before_the_save_changes_nothing(
    server: Server, fake_time: FakeTime, flow: NodeFlow, stop: threading.Event
) -> None:
    with pytest.raises(StoppedError):
        save(server, fake_time, keep=lambda live: stop.set())
    assert flow.version == 1


# -- a 200 that is none


def test_a_200_that_stored_nothing_is_a_failure(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    flow.faults = [lambda seen: flow.get()]
    with pytest.raises(RejectedError, match="answered 200 and stored nothing: version 1 is live as before") as caught:
        save(server, fake_time)
    assert "does not take nodes by PUT" in caught.value.hint
    assert caught.value.exit_status == 3


def test_a_new_version_that_shows_late_is_waited_for(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    old = flow.get()
    shown = [old, old, old]
    server.on("GET", FLOW, lambda seen: shown.pop() if shown else flow.get())
    assert save(server, fake_time).version == "2"


def test_a_200_that_stored_something_else_is_a_failure(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    def changed(seen: Seen) -> Reply:
        flow.edit("something else")
        return flow.get()

    flow.faults = [changed]
    with pytest.raises(RejectedError, match="version 2 does not hold what was sent"):
        save(server, fake_time)


def test_a_colleague_right_after_us_does_not_make_it_a_failure(
    server: Server, fake_time: FakeTime, flow: NodeFlow
) -> None:
    def then_edited(seen: Seen) -> Reply:
        answer = flow.put(seen)
        flow.edit("later", "other")
        return answer

    flow.faults = [then_edited]
    saved = save(server, fake_time)
    assert (saved.version, saved.superseded_by) == ("2", "3")


def test_a_save_that_cannot_be_read_back_is_unknown(server: Server, fake_time: FakeTime, flow: NodeFlow) -> None:
    def then_gone(seen: Seen) -> Reply:
        server.on("GET", FLOW, Reply(500))
        return flow.put(seen)

    flow.faults = [then_gone]
    with pytest.raises(OutcomeUnknownError, match="answered 200 and could not be read back"):
        save(server, fake_time)


# -- refusals


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


# -- the public function


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
        merged = update_flow_with_conflict_resolution(store, "f1", {**BODY, "version": 1}, resolve=_join)
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
