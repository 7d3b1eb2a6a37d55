"""Looking up what flows name: exact, once, and what cannot be looked up is not called missing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.outside import wanted
from ivr_action.flow.read import read_flow
from ivr_action.genesys.errors import UnreachableError
from ivr_action.genesys.lookups import KINDS, Lookups
from ivr_action.genesys.once import Once
from ivr_action.model.plan import Consumer, Route
from tests.genesys.publishing import NAME, YAML, Ground, Serve, lookups

ORGANISATION = """
emulator: 1
queues: [Sales, SALES 2, Support DK, Support]
prompts: [please_wait, goodbye]
data_actions:
  - {name: Get order, category: Orders}
  - {name: Get order history, category: Orders}
data_tables: [Cache]
schedules: [Weekend]
schedule_groups: [Opening hours]
emergency_groups: [Fire]
skills: [Dutch, Dutch 2]
languages: [Dutch]
"""


@pytest.fixture
def ground(serve: Serve, tmp_path: Path) -> Ground:
    (tmp_path / "organisation.yaml").write_text(ORGANISATION)
    (tmp_path / "main.yaml").write_text(YAML)
    return serve(tmp_path)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("queue", "Sales"),
        ("prompt", "goodbye"),
        ("userPrompt", "goodbye"),
        ("dataTable", "Cache"),
        ("schedule", "Weekend"),
        ("scheduleGroup", "Opening hours"),
        ("emergencyGroup", "Fire"),
        ("skill", "Dutch"),
        ("acdSkill", "Dutch"),
        ("language", "Dutch"),
        ("languageSkill", "Dutch"),
        ("flow", NAME),
    ],
)
def test_each_kind_is_found_by_its_exact_name(ground: Ground, kind: str, name: str) -> None:
    looked = lookups(ground).look(kind, name)
    assert [entity.name for entity in looked.found] == [name]
    assert not looked.is_missing
    assert lookups(ground).look(kind, f"{name} that is not there").is_missing


def test_an_entity_names_its_division(ground: Ground) -> None:
    (entity,) = lookups(ground).find("queue", "Sales")
    assert (entity.kind, entity.division) == ("queue", "Home")
    assert entity.id == ground.emulator.world.entity("queue", "Sales")[0].id


def test_every_kind_has_a_collection_that_the_emulator_has(ground: Ground) -> None:
    looking = lookups(ground)
    assert not [kind for kind in KINDS if looking.look(kind, "nothing of this name").unchecked]


def test_a_data_action_is_told_from_its_namesake_by_its_category(ground: Ground) -> None:
    ground.emulator.world.add_entity("dataAction", "Get order", category="Other orders")
    looking = lookups(ground)
    assert len(looking.look("dataAction", "Get order", category="Orders").found) == 1
    assert looking.look("dataAction", "Get order").is_ambiguous
    assert looking.look("dataAction", "Get order", category="Elsewhere").is_missing


def test_a_flow_is_told_from_its_namesake_by_its_type(ground: Ground) -> None:
    looking = lookups(ground)
    assert len(looking.find("flow", NAME, type_="INBOUNDCALL")) == 1
    assert looking.find("flow", NAME, type_="workflow") == []


@pytest.mark.parametrize("name", ["*", "Sal*", "S?les", "[S]ales", "sales*"])
def test_no_name_is_a_pattern(ground: Ground, name: str) -> None:
    assert lookups(ground).look("queue", name).is_missing


def test_what_is_nearly_the_same_is_offered(ground: Ground) -> None:
    looking = lookups(ground)
    assert looking.look("queue", "sales").near == ("Sales",)
    assert looking.look("skill", "dutch").near == ("Dutch", "Dutch 2")
    assert looking.look("dataAction", "Get orde").near == ("Get order", "Get order history")
    assert looking.look("queue", "Sales").near == ()


def test_each_name_is_asked_for_once(ground: Ground) -> None:
    looking = lookups(ground)
    barrier = threading.Barrier(4)

    def look(number: int) -> Any:
        barrier.wait()
        return looking.look("queue", "Sales")

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(look, range(4)))
    assert all(one == found[0] for one in found)
    assert looking.look("queue", "Nobody").is_missing
    assert looking.look("queue", "Nobody").is_missing
    assert ground.count("GET /api/v2/routing/queues") == 2


def test_a_failure_is_not_remembered(ground: Ground) -> None:
    ground.emulator.fault(method="GET", path="/api/v2/routing/queues", count=5, drop="before")
    looking = lookups(ground)
    with pytest.raises(UnreachableError):
        looking.look("queue", "Sales")
    assert looking.find("queue", "Sales")


def test_a_server_that_fails_is_no_missing_queue(ground: Ground) -> None:
    ground.emulator.fault(method="GET", path="/api/v2/routing/queues", count=0, status=500)
    looked = lookups(ground).look("queue", "Sales")
    assert (looked.found, looked.is_missing) == ((), False)
    assert "500" in looked.unchecked


def test_a_missing_permission_is_said_once_and_asked_for_once(serve: Serve) -> None:
    ground = serve(client=["architect:flow:view"])
    looking = lookups(ground)
    for name in ("Sales", "Support"):
        looked = looking.look("queue", name)
        assert not looked.is_missing
        assert "lacks the permission routing:queue:view" in looked.unchecked
    assert list(looking.unchecked) == ["queue"]
    assert ground.count("GET /api/v2/routing/queues") == 1


def test_a_kind_without_a_look_up_is_not_called_missing(ground: Ground) -> None:
    looked = lookups(ground).look("contactList", "Customers")
    assert not looked.is_missing
    assert "no look-up" in looked.unchecked


# -- who comes in, who uses it


def test_routes_name_numbers_hours_and_queues(ground: Ground) -> None:
    world = ground.emulator.world
    ref = {"id": ground.id, "name": NAME}
    world.add_entity("ivr", "Hotline", dnis=["+4930123", "+4930124"], openHoursFlow=ref, holidayHoursFlow=ref)
    world.add_entity("ivr", "Other", dnis=["+4930125"], openHoursFlow={"id": "other"})
    world.add_entity("queue", "Waiting", queueFlow=ref)
    looking = lookups(ground)
    ivr = Route("ivr", "Hotline", ("+4930123", "+4930124"), ("open", "holiday"))
    assert looking.routes(ground.id) == [ivr, Route("queue", "Waiting")]
    assert looking.routes(ground.id, "INBOUNDCALL") == [ivr]
    assert looking.routes(ground.id, "inqueuecall") == [Route("queue", "Waiting")]
    assert looking.routes(ground.id, "workflow") == looking.routes("nobody") == []
    assert ground.count("GET /api/v2/architect/ivrs") == ground.count("GET /api/v2/routing/queues") == 1


def test_routes_that_may_not_be_seen_are_told(serve: Serve) -> None:
    looking = lookups(serve(client=["architect:flow:view"]))
    assert looking.routes("f") == []
    assert "routing:callRoute:view" in looking.unchecked["route"]


def caller(folder: Path) -> Path:
    text = YAML.replace(f"name: {NAME}", "name: Caller")
    jump = "transferToFlow:\n              targetFlow:\n                name: Main line"
    (folder / "caller.yaml").write_text(text.replace("disconnect:\n              none: true", jump))
    (folder / "main.yaml").write_text(YAML)
    return folder


def test_consumers_come_from_dependency_tracking(serve: Serve, tmp_path: Path) -> None:
    ground = serve(caller(tmp_path))
    looking = lookups(ground)
    other = ground.emulator.flow("Caller")
    assert looking.consumers(ground.id, "inboundcall") == [Consumer("INBOUNDCALLFLOW", "Caller", other.id)]
    assert looking.consumers(other.id, "inboundcall") == []
    assert looking.consumers(ground.id, "inboundcall")
    assert ground.count("GET /api/v2/architect/dependencytracking/build") == 1
    assert ground.count("GET /api/v2/architect/dependencytracking/consumingresources") == 2


def test_dependency_tracking_that_is_being_built_is_not_believed() -> None:
    asked: list[str] = []

    def call(method: str, path: str, **more: Any) -> Any:
        asked.append(path)
        return {"status": "BUILDINPROGRESS"}

    looking = Lookups(call, None)  # type: ignore[arg-type]
    assert looking.consumers("f", "workflow") == []
    assert "BUILDINPROGRESS" in looking.unchecked["consumer"]
    assert len(asked) == 1


def test_dependency_tracking_that_may_not_be_seen_is_told(serve: Serve) -> None:
    looking = lookups(serve(client=["architect:flow:view"]))
    assert looking.consumers("f", "inboundcall") == []
    assert "architect:dependencyTracking:view" in looking.unchecked["consumer"]


def test_workflows_have_a_word_of_their_own() -> None:
    asked: list[Any] = []

    def call(method: str, path: str, *, query: Any = None, **more: Any) -> Any:
        asked.append(query)
        return {"status": "OPERATIONAL", "entities": []}

    looking = Lookups(call, None)  # type: ignore[arg-type]
    looking.consumers("f", "WORKFLOW", "3.0")
    looking.consumers("f", "commonmodule")
    assert [(query["objectType"], query.get("version")) for query in asked[1:]] == [
        ("WORKFLOW", "3.0"),
        ("COMMONMODULEFLOW", None),
    ]


# -- asking once


def test_those_who_wait_get_the_failure_too_and_the_next_one_asks_again() -> None:
    once = Once()
    begun, go_on = threading.Event(), threading.Event()

    def fail() -> int:
        begun.set()
        go_on.wait(20)
        raise ValueError("no")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(once.ask, "q", fail)
        begun.wait(20)
        second = pool.submit(once.ask, "q", lambda: 1)
        go_on.set()
        assert isinstance(first.exception(20), ValueError)
        outcome = second.exception(20)
    assert outcome is None or isinstance(outcome, ValueError)
    assert once.ask("q", lambda: 2) in (1, 2)


def test_what_a_flow_names_can_all_be_looked_up(ground: Ground) -> None:
    flow = read_flow("main.yaml", YAML.encode()).flow
    assert isinstance(flow, ArchitectFlow)
    looking = lookups(ground)
    looked = [looking.look(item.kind, item.name, category=item.category, type_=item.flow_type) for item in wanted(flow)]
    assert len(looked) == 3
    assert not [one for one in looked if one.is_missing or one.unchecked]
