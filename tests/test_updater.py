"""`IvrFlowUpdater` against the emulator, the way its reader uses it."""

from __future__ import annotations

import copy
import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

import ivr_action
from ivr_action import IvrFlowUpdater, build_ivr_node_payload
from ivr_action.emulator import Emulator
from ivr_action.emulator.world import Pace as EmulatorPace
from ivr_action.errors import OutcomeUnknownError, UsageError
from ivr_action.genesys.clock import Clock
from ivr_action.genesys.store import ConflictError
from ivr_action.keep import Keeper

FAST = 50.0
"""Seconds of ours for one real second."""
HOOK = "https://ci.example.com/hook"


def node(id_: str, type_: str, *ways: tuple[str, str], **properties: Any) -> dict[str, Any]:
    made = build_ivr_node_payload(id_, type_, [{"condition": c, "destinationNodeId": d} for c, d in ways])
    return {**made, "properties": properties}


GRAPH: dict[str, Any] = {
    "id": "main",
    "name": "Main line",
    "type": "inboundcall",
    "description": "The one number.",
    "startNodeId": "menu",
    "nodes": {
        "menu": node("menu", "menu", ("dtmf == '1'", "sales"), ("default", "end"), tts="Hello"),
        "sales": node("sales", "transferToAcd", queue="Sales"),
        "end": node("end", "disconnect"),
    },
}


class Hook:
    """A receiver of webhooks."""

    def __init__(self, answer: bool | Exception = True) -> None:
        self.seen: list[tuple[str, Mapping[str, Any]]] = []
        self._answer = answer

    def __call__(self, url: str, payload: Mapping[str, Any]) -> bool:
        self.seen.append((url, json.loads(json.dumps(payload))))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    seed = tmp_path / "main.json"
    seed.write_text(json.dumps(GRAPH))
    pace = EmulatorPace(requests=100_000, window=60.0)
    with Emulator(mode="specification", seeds=[seed], pace=pace, rng=random.Random(7)) as running:
        yield running


Open = Callable[..., IvrFlowUpdater]


@pytest.fixture
def opened(emulator: Emulator) -> Iterator[Open]:
    made: list[IvrFlowUpdater] = []

    def updater(hook: Hook | None = None, **more: Any) -> IvrFlowUpdater:
        clock = Clock(lambda: monotonic() * FAST, lambda seconds: sleep(seconds / FAST))
        environ = {"IVR_ACTION_API_URL": emulator.api_url, "IVR_ACTION_LOGIN_URL": emulator.login_url}
        given: dict[str, Any] = {"environ": environ, "clock": clock, "random": lambda: 0.5, "patience": 3000.0, **more}
        made.append(IvrFlowUpdater(emulator.client_id, emulator.client_secret, webhook=hook or Hook(), **given))
        return made[-1]

    yield updater
    for one in made:
        one.close()


def nodes(**changes: Any) -> dict[str, Any]:
    """The nodes of the flow with some replaced."""
    return {**copy.deepcopy(GRAPH["nodes"]), **changes}


def colleague(emulator: Emulator, nodes: dict[str, Any], **fault: Any) -> None:
    """Has somebody else save between our read and our write."""
    deed = {"does": "edit", "flow": "Main line", "nodes": nodes}
    emulator.fault(method="PUT", path="/api/v2/flows/*", colleague=deed, **fault)


MENU = node("menu", "menu", ("dtmf == '1'", "sales"), ("default", "end"), tts="Welcome")


def test_nodes_are_saved_and_the_rest_stays(emulator: Emulator, opened: Open) -> None:
    hook, flow = Hook(), emulator.flow("Main line")
    updater = opened(hook)
    done = updater.update_nodes(flow.id, nodes(menu=MENU), "menu", webhook_url=HOOK)
    assert flow.document["nodes"]["menu"] == MENU
    assert (flow.document["description"], flow.document["startNodeId"]) == ("The one number.", "menu")
    latency = done.pop("latency_ms")
    assert done == {
        "flow_id": flow.id,
        "name": "Main line",
        "version": 2,
        "previous_version": 1,
        "status": "deployed",
        "merged_nodes": [],
        "overwritten": [],
        "attempts": 1,
        "recovered": False,
        "superseded_by": None,
        "webhook_delivered": True,
    }
    assert [(url, seen["flow_id"], seen["version"], seen["status"]) for url, seen in hook.seen] == [
        (HOOK, flow.id, 2, "deployed")
    ]
    assert updater.metrics.latencies == [pytest.approx(latency, abs=0.1)]
    assert (updater.metrics.total_attempts, updater.metrics.successful_updates) == (1, 1)


def test_what_is_live_already_is_not_sent(emulator: Emulator, opened: Open) -> None:
    done = opened().update_nodes(emulator.flow("Main line").id, nodes(), "menu")
    assert (done["status"], done["version"], done["webhook_delivered"]) == ("unchanged", 1, None)
    assert not [entry for entry in emulator.log.entries if entry.method == "PUT"]


def test_a_list_of_nodes_will_do(emulator: Emulator, opened: Open) -> None:
    flow = emulator.flow("Main line")
    listed = (one for one in nodes(menu=MENU).values())
    assert opened().update_nodes(flow.id, listed, "menu")["version"] == 2
    assert flow.document["nodes"] == nodes(menu=MENU)


def test_a_colleagues_change_meanwhile_is_merged_in(emulator: Emulator, opened: Open) -> None:
    flow = emulator.flow("Main line")
    colleague(emulator, {"sales": {"properties": {"queue": "Sales VIP"}}})
    done = opened().update_nodes(flow.id, nodes(menu=MENU), "menu")
    assert (done["status"], done["merged_nodes"], done["attempts"]) == ("merged", ["sales"], 2)
    assert (done["previous_version"], done["version"]) == (2, 3)
    assert flow.document["nodes"] == nodes(menu=MENU, sales=node("sales", "transferToAcd", queue="Sales VIP"))


def test_a_colleagues_change_of_the_same_field_stops_it(emulator: Emulator, opened: Open) -> None:
    hook, flow = Hook(), emulator.flow("Main line")
    updater = opened(hook)
    colleague(emulator, {"menu": {"properties": {"tts": "Hi"}}})
    with pytest.raises(
        ConflictError, match=r'`properties.tts` was "Hello"; it is "Welcome" in yours, "Hi" in the live'
    ):
        updater.update_nodes(flow.id, nodes(menu=MENU), "menu", HOOK)
    assert flow.document["nodes"]["menu"]["properties"] == {"tts": "Hi"}
    assert (hook.seen[0][1]["status"], updater.metrics.failures) == ("failed", 1)
    assert "`properties.tts`" in hook.seen[0][1]["message"]


def test_ours_replaces_it_and_tells_what_is_lost(emulator: Emulator, opened: Open) -> None:
    flow = emulator.flow("Main line")
    colleague(emulator, {"menu": {"properties": {"tts": "Hi"}}, "new": node("new", "disconnect")})
    done = opened(on_conflict="ours").update_nodes(flow.id, nodes(menu=MENU), "menu")
    assert flow.document["nodes"] == nodes(menu=MENU)  # nothing leads to `new`, so the two do not go together
    assert done["overwritten"] == [
        'Node `menu`: `properties.tts` was "Hello"; it is "Welcome" in yours, "Hi" in the live flow.',
        "Node `new` was added in the live flow.",
    ]


def test_two_changes_that_break_the_flow_together_are_not_sent(emulator: Emulator, opened: Open) -> None:
    """We delete a node while a colleague leads another to it: each is fine alone."""
    flow = emulator.flow("Main line")
    ours = nodes(menu=node("menu", "menu", ("default", "end"), tts="Hello"))
    del ours["sales"]
    theirs = [{"condition": "error", "destinationNodeId": "sales"}]
    colleague(emulator, {"end": {"type": "transferToAcd", "transitionConditions": theirs}})
    with pytest.raises(ConflictError, match=r"do not go together: .*`sales`"):
        opened().update_nodes(flow.id, ours, "menu")
    assert flow.revision == 2  # the colleague's


def test_what_others_saved_since_the_base_version_is_not_deleted(emulator: Emulator, opened: Open) -> None:
    flow = emulator.flow("Main line")
    emulator.colleague("edit", "Main line", nodes={"sales": {"properties": {"queue": "VIP"}}})
    done = opened().update_nodes(flow.id, nodes(menu=MENU), "menu", base_version=1)
    assert (done["status"], done["merged_nodes"]) == ("merged", ["sales"])
    assert flow.document["nodes"] == nodes(menu=MENU, sales=node("sales", "transferToAcd", queue="VIP"))
    with pytest.raises(ConflictError, match="does not show version 9"):
        opened().update_nodes(flow.id, nodes(), "menu", base_version=9)


def test_a_merge_that_was_not_needed_in_the_end_is_not_reported(emulator: Emulator, opened: Open) -> None:
    flow = emulator.flow("Main line")
    colleague(emulator, {"sales": {"properties": {"queue": "VIP"}}})
    colleague(emulator, {"sales": {"properties": {"queue": "Sales"}}, "menu": MENU}, nth=2)  # ours, saved by them
    done = opened().update_nodes(flow.id, nodes(menu=MENU), "menu")
    assert (done["version"], done["merged_nodes"], done["status"]) == (3, [], "deployed")


def test_nodes_that_are_not_valid_are_not_sent(emulator: Emulator, opened: Open) -> None:
    hook, flow = Hook(), emulator.flow("Main line")
    updater = opened(hook)
    with pytest.raises(UsageError, match="`nowhere`"):
        updater.update_nodes(flow.id, nodes(end=node("end", "playAudio", ("default", "nowhere"))), "menu", HOOK)
    assert (updater.metrics.validation_failures, updater.metrics.total_attempts) == (1, 1)
    assert hook.seen[0][1]["status"] == "invalid"
    assert emulator.log.entries == []


@pytest.mark.parametrize(
    ("given", "start", "says"),
    [
        (None, "menu", "`nodes` is missing"),
        (7, "menu", "`nodes` is of type int"),
        (nodes(), None, "`start_node_id` is of type NoneType"),
        (nodes(end={**node("end", "disconnect"), "variables": {"x": float("nan")}}), "menu", "is no JSON"),
    ],
)
def test_what_are_no_nodes_is_not_sent(emulator: Emulator, opened: Open, given: Any, start: Any, says: str) -> None:
    hook = Hook()
    updater = opened(hook)
    with pytest.raises(UsageError, match=says):
        updater.update_nodes(emulator.flow("Main line").id, given, start, HOOK)
    assert (updater.metrics.validation_failures, hook.seen[0][1]["status"]) == (1, "invalid")
    assert emulator.log.entries == []


@pytest.mark.parametrize("answer", [False, RuntimeError("boom"), UsageError("no JSON")])
def test_a_webhook_that_fails_never_loses_a_save(emulator: Emulator, opened: Open, answer: bool | Exception) -> None:
    done = opened(Hook(answer)).update_nodes(emulator.flow("Main line").id, nodes(menu=MENU), "menu", HOOK)
    assert (done["status"], done["version"], done["webhook_delivered"]) == ("deployed", 2, False)


def test_without_an_injected_one_the_projects_webhook_is_used(emulator: Emulator) -> None:
    environ = {"IVR_ACTION_API_URL": emulator.api_url, "IVR_ACTION_LOGIN_URL": emulator.login_url}
    with IvrFlowUpdater(emulator.client_id, emulator.client_secret, environ=environ) as updater:
        # A private address: it is refused before anything is sent, and the save stands.
        done = updater.update_nodes(emulator.flow("Main line").id, nodes(menu=MENU), "menu", "http://127.0.0.1:9/")
    assert (done["version"], done["webhook_delivered"]) == (2, False)


def test_an_unknown_outcome_is_called_so(emulator: Emulator, opened: Open) -> None:
    hook = Hook()
    updater = opened(hook, max_retries=0)
    emulator.fault(method="PUT", path="/api/v2/flows/*", status=503)
    with pytest.raises(OutcomeUnknownError):
        updater.update_nodes(emulator.flow("Main line").id, nodes(menu=MENU), "menu", HOOK)
    assert (hook.seen[0][1]["status"], updater.metrics.failures) == ("unknown", 1)


def test_what_was_live_is_kept_before_each_write(emulator: Emulator, opened: Open, tmp_path: Path) -> None:
    flow = emulator.flow("Main line")
    colleague(emulator, {"end": {"properties": {"x": 1}}})
    opened(keep=Keeper(str(tmp_path / "kept"))).update_nodes(flow.id, nodes(menu=MENU), "menu")
    kept = sorted((tmp_path / "kept").iterdir())
    assert [path.name for path in kept] == [f"Main-line-{flow.id}-{version}.json" for version in (1, 2)]
    assert json.loads(kept[0].read_text())["nodes"] == GRAPH["nodes"]


def test_many_writers_lose_nothing(emulator: Emulator, opened: Open) -> None:
    """Each adds a way of its own to the one menu, by a stub of its own; 30 % are told 429, 10 % are cut."""
    count, flow = 8, emulator.flow("Main line")
    emulator.fault(method="PUT", path="/api/v2/flows/*", chance=0.3, count=0, status=429, retry_after=1)
    emulator.fault(method="PUT", path="/api/v2/flows/*", chance=0.1, count=0, drop="after")
    failed: list[BaseException] = []

    def write(number: int) -> None:
        updater = opened(max_retries=200, random=random.Random(number).random, patience=30_000.0)
        ways = [(f"dtmf == '{number}'", f"n{number}"), ("dtmf == '1'", "sales"), ("default", "end")]
        menu = node("menu", "menu", *ways, tts="Hello")
        new = {f"n{number}": node(f"n{number}", "disconnect")}
        try:
            updater.update_nodes(flow.id, nodes(menu=menu, **new), "menu", base_version=1)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(2, 2 + count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    found = flow.document["nodes"]
    assert set(found) == {"menu", "sales", "end", *(f"n{number}" for number in range(2, 2 + count))}
    ways = {way["condition"]: way["destinationNodeId"] for way in found["menu"]["transitionConditions"]}
    assert ways == {"dtmf == '1'": "sales", "default": "end"} | {
        f"dtmf == '{number}'": f"n{number}" for number in range(2, 2 + count)
    }
    assert found["menu"]["transitionConditions"][-1]["condition"] == "default"
    assert flow.revision == 1 + count


def test_it_is_public_in_both_places() -> None:
    from ivr_action import api, updater

    for name in ("IvrFlowUpdater", "update_flow_with_conflict_resolution"):
        assert name in ivr_action.__all__
        assert getattr(api, name) is getattr(ivr_action, name) is getattr(updater, name)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = api.nothing


def test_wrong_arguments_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(UsageError, match="region"):
        IvrFlowUpdater("id", "secret", "nowhere", environ={})
    with pytest.raises(UsageError, match="on-conflict"):
        IvrFlowUpdater("id", "secret", environ={}, on_conflict="hope")
    with pytest.raises(UsageError, match="client-secret"):
        IvrFlowUpdater("id", "", environ={})
