"""The published schema of the node graph, and its agreement with the reader."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ivr_action.flow.formats.node_graph import read_node_graph
from ivr_action.flow.formats.node_graph_keys import FLOW, NODE, PROPERTIES, TRANSITION
from ivr_action.flow.jsontext import parse_json
from ivr_action.flow.node_types import NODE_TYPES
from ivr_action.flow.schema import explain, load_schema
from ivr_action.flow.yamltext import parse_yaml

VALIDATOR = Draft202012Validator(load_schema())
NODE_SCHEMA = load_schema()["$defs"]["node"]["properties"]

# -- documents: each value is mostly what it should be, sometimes not

SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from([1.5, "", " ", "\t\u00a0", "x", "1", "true", "~"])
)
ODD: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["", "id", "x"]), inner, max_size=2),
    max_leaves=4,
)
IDS = st.sampled_from(["a", "b", "main menu", "ü"])


def mostly(good: st.SearchStrategy[Any], odds: int = 12) -> st.SearchStrategy[Any]:
    return st.integers(0, odds).flatmap(lambda n: ODD if n == 0 else good)


def mapping(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A mapping that now and then lacks something that it needs."""
    whole = st.fixed_dictionaries(required, optional=optional)
    part = st.fixed_dictionaries({}, optional={**required, **optional})
    return st.integers(0, 15).flatmap(lambda n: part if n == 0 else whole)


TEXT = mostly(st.sampled_from(["x", "default", "dtmf == '1'", "Menu"]))
MAYBE_TEXT = mostly(st.none() | st.text(max_size=3))
TRANSITIONS = mapping({"condition": TEXT, "destinationNodeId": mostly(IDS)}, {"x-note": ODD})
VARIABLES = mostly(
    st.none()
    | st.dictionaries(mostly(st.sampled_from(["tier", "n"]), 30).filter(lambda k: isinstance(k, str)), ODD, max_size=2)
    | st.lists(mostly(mapping({"name": TEXT}, {"value": ODD})), max_size=2)
)
AUDIO = mostly(st.none() | mapping({"id": TEXT}, {"type": MAYBE_TEXT, "x": ODD}))
NODE_PARTS = {
    "transitionConditions": mostly(st.none() | st.lists(mostly(TRANSITIONS), max_size=3)),
    "name": MAYBE_TEXT,
    "description": MAYBE_TEXT,
    "variables": VARIABLES,
    "properties": mostly(
        st.none() | mapping({}, {"audioResource": AUDIO, "tts": MAYBE_TEXT, "result": MAYBE_TEXT, "queue": ODD})
    ),
}
KEYED = mostly(mapping({"type": TEXT}, {"id": MAYBE_TEXT, **NODE_PARTS}))
LISTED = mostly(mapping({"type": TEXT, "id": TEXT}, NODE_PARTS))
NODES = mostly(
    st.dictionaries(st.sampled_from(["a", "b", "c"]) | st.just(""), KEYED, max_size=3) | st.lists(LISTED, max_size=3)
)
DOCUMENTS = mostly(
    mapping(
        {"nodes": NODES},
        {"id": MAYBE_TEXT, "name": MAYBE_TEXT, "type": MAYBE_TEXT, "description": MAYBE_TEXT, "version": ODD,
         "startNodeId": MAYBE_TEXT, "variables": VARIABLES, "$schema": ODD}
    ) | mapping({"nodes": NODES}, {"start_node_id": MAYBE_TEXT, "startNodeId": MAYBE_TEXT}),
    40,
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(DOCUMENTS)
def test_the_reader_and_the_schema_agree_on_every_json_document(value: Any) -> None:
    flow = read_node_graph(parse_json("f.json", json.dumps(value)))
    assert VALIDATOR.is_valid(value) == (not flow.shape_problems), [p.message for p in flow.shape_problems]
    explained = explain(flow)
    assert bool(explained) == bool(flow.shape_problems)
    for problem in explained:
        assert flow.document.where(problem.element, problem.key, of=problem.of).line == 1


@settings(max_examples=500, deadline=None)
@given(DOCUMENTS)
def test_yaml_is_read_as_the_same_json(value: Any) -> None:
    source = yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    doc = parse_yaml("f.yaml", source)
    assert not doc.problems
    flow = read_node_graph(doc)
    assert VALIDATOR.is_valid(value) == (not flow.shape_problems), [p.message for p in flow.shape_problems]
    assert bool(explain(flow)) == bool(flow.shape_problems)


def test_both_kinds_of_documents_are_generated() -> None:
    """Guards the test above: agreement on broken documents alone would prove nothing."""
    seen: list[bool] = []

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(DOCUMENTS)
    def look(value: Any) -> None:
        seen.append(VALIDATOR.is_valid(value))

    look()
    assert seen.count(True) >= 15
    assert seen.count(False) >= 15


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(load_schema())


def test_every_property_is_described() -> None:
    bare = []
    todo: list[tuple[str, Any]] = [("", load_schema())]
    while todo:
        path, schema = todo.pop()
        inner = [("/" + name, part) for name, part in schema.get("properties", {}).items()]
        bare += [path + name for name, part in inner if not part.get("description")]
        inner += [("/" + name, part) for name, part in schema.get("$defs", {}).items()]
        inner += [("/" + name, schema[name]) for name in ("items", "additionalProperties") if name in schema]
        todo += [(path + name, part) for name, part in inner]
    assert bare == []


def test_schema_and_reader_know_the_same_keys() -> None:
    schema = load_schema()
    transition = schema["$defs"]["transition"]
    assert set(schema["properties"]) == FLOW.known
    assert set(NODE_SCHEMA) == NODE.known
    assert set(NODE_SCHEMA["properties"]["properties"]) == PROPERTIES.known
    assert set(transition["properties"]) == TRANSITION.known
    assert set(schema["required"]) == FLOW.required
    assert set(schema["$defs"]["node"]["required"]) == NODE.required
    assert set(transition["required"]) == TRANSITION.required


def test_editors_offer_the_types_of_the_table() -> None:
    assert NODE_SCHEMA["type"]["examples"] == [row.name for row in NODE_TYPES]


BROKEN = """\
nodes:
  main:
    type: menu
    transitionConditions:
      - condition: default
  other: 5
"""


def test_a_broken_document_is_explained_with_path_and_place() -> None:
    doc = parse_yaml("f.yaml", BROKEN)
    problems = explain(read_node_graph(doc))
    found = [(p.message, doc.where(p.element, p.key, of=p.of).line) for p in problems]
    assert sorted(found) == [
        ("`/nodes/main/transitionConditions/0` has no `destinationNodeId`.", 5),
        ("`/nodes/other` is a number: 5; it must be a mapping.", 6),
    ]


def test_a_node_in_a_list_keeps_its_own_number() -> None:
    doc = parse_json("f.json", '{"nodes": [{"id": "a", "type": "end"}, {"id": "b"}]}')
    assert [p.message for p in explain(read_node_graph(doc))] == ["`/nodes/1` has no `type`."]


@pytest.mark.parametrize("source", ['{"nodes": {"a": {"type": "end"}}}', '{"nodes": {"a": {"type": 5}}}'])
def test_jsonschema_is_imported_only_for_a_broken_document(source: str) -> None:
    code = f"""
import sys
from ivr_action.flow.formats.node_graph import read_node_graph
from ivr_action.flow.jsontext import parse_json
from ivr_action.flow.schema import explain
problems = explain(read_node_graph(parse_json("f", {source!r})))
print(bool(problems), "jsonschema" in sys.modules)
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() in (["True", "True"], ["False", "False"])
