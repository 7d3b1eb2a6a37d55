"""The reader of node graphs: what a file says, where its mistakes are, and the graph it becomes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_action.check import check
from ivr_action.flow.conditions import classify
from ivr_action.flow.document import Document
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.formats.node_graph import read_node_graph
from ivr_action.flow.jsontext import parse_json
from ivr_action.flow.read import read_flow
from ivr_action.flow.yamltext import parse_yaml
from ivr_action.model import NodeKind, TransitionKind

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "flows").glob("*.*"))

MENU = """\
id: flow-1
name: Main line
type: inboundCall
startNodeId: main
nodes:
  main:
    id: main
    type: menu
    name: Main menu
    transitionConditions:
      - condition: dtmf == '1'
        destinationNodeId: bye
      - condition: timeout
        destinationNodeId: bye
      - condition: noMatch
        destinationNodeId: bye
      - condition: error
        destinationNodeId: bye
      - condition: default
        destinationNodeId: bye
  bye:
    id: bye
    type: disconnect
"""


def from_yaml(source: str) -> NodeGraphFlow:
    return read_node_graph(parse_yaml("flow.yaml", source))


def from_value(value: Any) -> NodeGraphFlow:
    return read_node_graph(parse_json("flow.json", json.dumps(value)))


def problems(flow: NodeGraphFlow) -> list[tuple[str, int | None]]:
    where = flow.document.where
    return [(p.message, where(p.element, p.key, of=p.of).line) for p in flow.shape_problems]


def one_node(type_: str, *conditions: str) -> dict[str, Any]:
    ways = [{"condition": text, "destinationNodeId": "end"} for text in conditions]
    nodes = {"a": {"type": type_, "transitionConditions": ways}, "end": {"type": "end"}}
    return {"startNodeId": "a", "nodes": nodes}


def test_a_flow_is_read_with_its_header_nodes_and_transitions() -> None:
    flow = from_yaml(MENU)
    assert (flow.flow_id, flow.name, flow.type, flow.start_node_id) == ("flow-1", "Main line", "inboundCall", "main")
    assert problems(flow) == []
    assert flow.graph.start == "main"
    main = flow.graph.nodes["main"]
    assert (main.kind, main.type, main.name, main.waits) == (NodeKind.MENU, "menu", "Main menu", True)
    assert flow.document.where(main.element).line == 7
    assert [(t.label, t.kind) for t in flow.graph.transitions] == [
        ("dtmf == '1'", TransitionKind.CHOICE),
        ("timeout", TransitionKind.NO_INPUT),
        ("noMatch", TransitionKind.NO_MATCH),
        ("error", TransitionKind.ERROR),
        ("default", TransitionKind.OUTPUT),
    ]
    assert flow.document.where(flow.graph.transitions[1].element, "destinationNodeId").line == 14


@pytest.mark.parametrize(
    ("type_", "conditions", "kind", "waits"),
    [
        ("playAudio", ["default"], NodeKind.PROMPT, False),
        ("playAudio", ["dtmf == '1'", "default"], NodeKind.INPUT, True),
        ("decision", ["dtmf == '1'", "default"], NodeKind.BRANCH, False),
        ("dataAction", ["timeout", "default"], NodeKind.WORK, False),
        ("teleport", ["default"], NodeKind.WORK, False),
        ("teleport", ["x == 1", "default"], NodeKind.BRANCH, False),
        ("teleport", ["noMatch", "default"], NodeKind.INPUT, True),
        ("teleport", ["error", "x == 'dtmf'"], NodeKind.BRANCH, False),
        ("Transfer_To_Queue", [], NodeKind.TRANSFER, False),
    ],
)
def test_a_node_waits_by_its_type_or_by_what_it_asks(
    type_: str, conditions: list[str], kind: NodeKind, waits: bool
) -> None:
    node = from_value(one_node(type_, *conditions)).graph.nodes["a"]
    assert (node.kind, node.waits) == (kind, waits)


@pytest.mark.parametrize(
    ("type_", "conditions", "kinds"),
    [
        ("playAudio", ["default"], ["next"]),
        ("playAudio", ["true", "default"], ["next", "output"]),
        ("dataAction", ["timeout", "!error", "default"], ["error", "output", "output"]),
        ("menu", ["dtmf == '1' || timeout", "noMatch || timeout"], ["choice", "no-match"]),
        ("decision", ["tier == 'timeout'", "else"], ["output", "output"]),
    ],
)
def test_a_transition_has_the_kind_its_condition_speaks_of(type_: str, conditions: list[str], kinds: list[str]) -> None:
    assert [t.kind for t in from_value(one_node(type_, *conditions)).graph.transitions] == kinds


def test_a_transition_to_nowhere_is_kept_as_written_but_not_in_the_graph() -> None:
    flow = from_value({"nodes": {"a": {"type": "x", "transitionConditions": [
        {"condition": "default", "destinationNodeId": "nowhere"}]}}})  # fmt: skip
    assert [condition.destination for condition in flow.nodes[0].conditions] == ["nowhere"]
    assert flow.graph.transitions == []


@pytest.mark.parametrize(
    ("header", "start", "key"),
    [
        ({"startNodeId": "b"}, "b", "startNodeId"),
        ({"start_node_id": "b"}, "b", "start_node_id"),
        ({"startNodeId": "c"}, None, "startNodeId"),
        ({"startNodeId": None}, None, "startNodeId"),
        ({}, None, "startNodeId"),
    ],
)
def test_the_start_is_what_the_flow_says(header: dict[str, Any], start: str | None, key: str) -> None:
    flow = from_value({**header, "nodes": {"a": {"type": "menu"}, "b": {"type": "end"}}})
    assert (flow.graph.start, flow.start_key) == (start, key)


def test_the_only_node_of_type_start_is_the_start_where_the_flow_names_none() -> None:
    nodes: dict[str, Any] = {"a": {"type": "end"}, "b": {"type": "Start"}}
    assert from_value({"nodes": nodes}).graph.start == "b"
    assert from_value({"startNodeId": "a", "nodes": nodes}).graph.start == "a"
    assert from_value({"nodes": nodes | {"c": {"type": "start"}}}).graph.start is None


def test_nodes_can_be_a_list() -> None:
    listed = from_value({"startNodeId": "a", "nodes": [{"id": "a", "type": "menu"}, {"id": "b", "type": "end"}]})
    assert problems(listed) == []
    assert [(node.id, node.own_id, node.type) for node in listed.nodes] == [("a", "a", "menu"), ("b", "b", "end")]


def test_of_two_nodes_with_one_id_in_a_list_the_first_counts_and_both_lines_are_named() -> None:
    flow = from_yaml("nodes:\n  - id: a\n    type: menu\n  - id: a\n    type: end\n")
    assert [node.type for node in flow.nodes] == ["menu"]
    (problem,) = flow.document.problems
    assert problem.rule == "duplicate-key"
    assert "`a`" in problem.message
    assert "line 2, again on line 4" in problem.message
    assert problem.line == 4


BROKEN = """\
startNodeId: 1
nodes:
  main:
    type:
    transitionConditions:
      - condition: true
        destinationNodeId: bye
      - condition: default
        target: bye
      - bye
    properties: { audioResource: prompt, audio_resource: {} }
    variables: 5
  bye: disconnect
  last: { type: end, id: 7, transitionConditions: {}, variables: [{ value: 1 }, x] }
"""


def test_what_is_shaped_wrong_is_named_with_its_line_and_the_rest_is_read() -> None:
    flow = from_yaml(BROKEN)
    assert sorted(problems(flow), key=lambda found: (found[1] or 0, found[0])) == [
        ('`startNodeId` of the flow is a number; it is text: write `"1"`.', 1),
        ("Node `main` has no `type`.", 4),
        ('`condition` of transition 1 of node `main` is true or false; it is text: write `"true"`.', 6),
        ("Transition 2 of node `main` has no `destinationNodeId`; `target` is probably meant to be it.", 9),
        (
            "Transition 3 of node `main` is text; a transition is a mapping with `condition` and `destinationNodeId`.",
            10,
        ),
        ("`audioResource` of node `main` is text; it is a mapping with an `id`.", 11),
        ("`variables` of node `main` is a number; it is a mapping of names to values.", 12),
        ("Node `bye` is text; a node is a mapping.", 13),
        ("Variable 1 of node `last` has no `name`.", 14),
        ("Variable 2 of node `last` is text; it is a mapping with a `name`.", 14),
        ('`id` of node `last` is a number; it is text: write `"7"`.', 14),
        ("`transitionConditions` of node `last` is a mapping; it is a list.", 14),
    ]
    assert [t.target for t in flow.graph.transitions] == ["bye"]


@pytest.mark.parametrize(
    ("node", "key", "meant"),
    [
        ({"type": "menu", "transitions": []}, "transitions", "transitionConditions"),
        ({"type": "menu", "transition_conditions": []}, "transition_conditions", "transitionConditions"),
        ({"type": "menu", "transitionCondtions": []}, "transitionCondtions", "transitionConditions"),
        ({"type": "menu", "Properties": {}}, "Properties", "properties"),
        ({"type": "menu", "properties": {"audio_resource": {}}}, "audio_resource", "audioResource"),
    ],
)
def test_a_mistyped_key_is_named_with_the_key_that_was_meant(node: dict[str, Any], key: str, meant: str) -> None:
    (found,) = from_value({"nodes": {"a": node}}).shape_problems
    assert found.message.endswith(f"has `{key}`, which means nothing here. Did you mean `{meant}`?")
    assert (found.key, found.of) == (key, "key")


@pytest.mark.parametrize("key", ["label", "position", "x-transitions", "metadata", "tags", "queue", "notes"])
def test_keys_of_ones_own_are_allowed(key: str) -> None:
    assert problems(from_value({key: 1, "nodes": {"a": {"type": "end", key: 1, "properties": {key: 1}}}})) == []


def test_a_near_miss_beside_the_real_key_is_no_mistake() -> None:
    assert problems(from_value({"nodes": {"a": {"type": "end", "transitionConditions": [], "transitions": 3}}})) == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["nodes", "id", "type", "transitionConditions", "condition", "destinationNodeId", "variables",
                         "properties", "audioResource", "startNodeId", "start_node_id", "name", "target", ""]),
        inner, max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(ANYTHING, st.booleans())
def test_nothing_in_a_document_makes_the_reader_fail(value: Any, as_yaml: bool) -> None:
    source = json.dumps({"nodes": value} if as_yaml else value)
    doc = parse_yaml("f", source) if as_yaml else parse_json("f", source)
    flow = read_node_graph(doc)
    assert {t.source for t in flow.graph.transitions} <= flow.graph.nodes.keys()
    assert {t.target for t in flow.graph.transitions} <= flow.graph.nodes.keys()
    assert flow.graph.reachable <= flow.graph.nodes.keys()
    for problem in flow.shape_problems:
        assert doc.where(problem.element, problem.key, of=problem.of).line is not None


def test_an_unreadable_document_gives_an_empty_flow() -> None:
    flow = read_node_graph(Document("f", "", "yaml"))
    assert flow.nodes == []
    assert flow.graph.start is None
    assert len(flow.shape_problems) == 1


def test_a_hundred_thousand_nodes_are_read_in_linear_time() -> None:
    def seconds(count: int) -> float:
        nodes: dict[str, Any] = {
            f"n{i}": {
                "id": f"n{i}",
                "type": "playAudio",
                "transitionConditions": [{"condition": "default", "destinationNodeId": f"n{i + 1}"}],
                "properties": {"audioResource": {"id": f"p{i}", "type": "resource"}},
            }
            for i in range(count)
        }
        nodes[f"n{count}"] = {"id": f"n{count}", "type": "disconnect"}
        doc = parse_json("f", json.dumps({"startNodeId": "n0", "nodes": nodes}))
        before = time.process_time()
        flow = read_node_graph(doc)
        after = time.process_time()
        assert len(flow.graph.reachable) == count + 1
        return after - before

    small, large = seconds(10_000), seconds(100_000)
    assert large < 5  # 0.8 s on the machine this was written on
    assert large < 40 * max(small, 0.01)


# -- the examples


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_has_no_finding_of_any_level(path: Path) -> None:
    report = check([read_flow(path.name, path.read_bytes())])
    assert [finding.message for finding in report.findings] == []
    assert report.flows[0].format == "node-graph"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_names_its_schema(path: Path) -> None:
    head = path.read_text(encoding="utf-8").splitlines()[:2]
    line = next(line for line in head if "$schema" in line)
    named = line.split("$schema=")[-1] if path.suffix == ".yaml" else line.split('"')[3]
    assert (path.parent / named).resolve().name == "node-graph-1.json"
    assert (path.parent / named).exists()


def test_the_same_flow_in_json_and_yaml_has_the_same_graph() -> None:
    flows = [read_flow(path.name, path.read_bytes()).flow for path in EXAMPLES if path.stem == "appointment"]
    assert len(flows) == 2
    one, other = (
        ([node[:4] + node[5:] for node in flow.graph.nodes.values()], [t[:4] for t in flow.graph.transitions])
        for flow in flows
        if flow is not None
    )
    assert one == other


def test_the_examples_leave_no_caller_without_a_default() -> None:
    for path in EXAMPLES:
        flow = read_flow(path.name, path.read_bytes()).flow
        assert isinstance(flow, NodeGraphFlow)
        for node in flow.nodes:
            if len(node.conditions) > 1:
                assert any(classify(condition.text).is_default for condition in node.conditions), node.id
