"""The schema that helps editors with Architect YAML: it knows what the table of action types knows, and no flow that
Genesys published is wrong by it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ivr_action.flow.actions import ACTIONS
from ivr_action.flow.document import plain
from ivr_action.flow.flow import Format
from ivr_action.flow.read import looks_like_flow, read_flow
from ivr_action.flow.schema import NODE_GRAPH, load_schema
from ivr_action.flow.schema.architect_yaml import NAME, architect_schema
from tests.corpus import corpus_files, need_corpus

VALIDATOR = Draft202012Validator(load_schema(NAME))
FLOW: dict[str, Any] = {
    "inboundCall": {
        "name": "Line",
        "startUpRef": "./menus/menu[Main]",
        "menus": [{"menu": {"name": "Main", "choices": [{"menuDisconnect": {"dtmf": "digit_9"}}]}}],
        "tasks": [
            {"task": {"name": "T", "actions": [{"decision": {"condition": {}, "outputs": {"yes": {"actions": []}}}}]}}
        ],
    }
}


def wrong(change: Any) -> list[list[str | int]]:
    """Where the flow is wrong by the schema after a change of its body."""
    flow = copy.deepcopy(FLOW)
    change(flow["inboundCall"])
    return [list(error.absolute_path) for error in VALIDATOR.iter_errors(flow)]


def test_the_published_file_is_what_the_table_gives() -> None:
    Draft202012Validator.check_schema(load_schema(NAME))
    assert load_schema(NAME) == architect_schema()


def test_every_action_type_and_its_outputs_are_offered() -> None:
    defs = load_schema(NAME)["$defs"]
    offered = defs["action"]["properties"] | defs["choice"]["properties"]
    assert offered.keys() == ACTIONS.keys()
    for name, row in ACTIONS.items():
        described = defs[offered[name]["$ref"].rpartition("/")[2]]["properties"]
        assert tuple(described.get("outputs", {}).get("properties", ())) == row.outputs
        assert set(row.required) <= described.keys()


def test_every_published_flow_is_right_by_it() -> None:
    need_corpus()
    seen = 0
    for path in corpus_files():
        reading = read_flow(path.name, path.read_bytes())
        if reading.flow is not None and reading.flow.format is Format.ARCHITECT_YAML:
            seen += 1
            assert [error.message for error in VALIDATOR.iter_errors(plain(reading.document.root))] == [], path
    assert seen > 50


def test_the_small_flow_is_right_and_what_is_not_known_is_allowed() -> None:
    assert wrong(lambda flow: None) == []
    assert wrong(lambda flow: flow.update(settingsOfTomorrow={"x": 1})) == []
    assert wrong(lambda flow: flow["tasks"][0]["task"]["actions"].append({"newAction": {"outputs": {"a": 1}}})) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda flow: flow.pop("name"), ["inboundCall"]),
        (lambda flow: flow.update(menus={}), ["inboundCall", "menus"]),
        (lambda flow: flow["tasks"][0].update(state={}), ["inboundCall", "tasks", 0]),
        (
            lambda flow: flow["tasks"][0]["task"]["actions"][0]["decision"]["outputs"].update(maybe={}),
            ["inboundCall", "tasks", 0, "task", "actions", 0, "decision", "outputs"],
        ),
        (
            lambda flow: flow["tasks"][0]["task"]["actions"][0].update(disconnect={}),
            ["inboundCall", "tasks", 0, "task", "actions", 0],
        ),
    ],
)
def test_what_cannot_be_is_marked_at_its_place(change: Any, place: list[str | int]) -> None:
    found = wrong(change)
    assert found
    assert all(at == place for at in found)


@pytest.mark.parametrize("name", [NAME, NODE_GRAPH])
def test_a_schema_beside_the_flows_is_not_taken_for_a_flow(name: str) -> None:
    from importlib.resources import files

    assert not looks_like_flow(files("ivr_action.flow.schema").joinpath(name).read_bytes())
    assert looks_like_flow(b'{"$schema": "node-graph-1.json", "startNodeId": "a", "nodes": {}}')
