"""Differences between flows: same format, both formats, node graphs."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_action.emulator.configuration.write import UnwritableError, write_configuration
from ivr_action.flow.canonical import canonical, digest
from ivr_action.flow.difference import SHOWN, difference
from ivr_action.flow.flow import ArchitectFlow, Flow
from ivr_action.flow.read import read_flow
from ivr_action.model.difference import Change, FieldChange, NodeChange, TransitionChange
from tests.corpus import corpus_files, need_corpus
from tests.flow.mutations import mutations
from tests.flow.test_digest import FLOW, GRAPH, WAYS
from tests.flow.test_pairs import pairs


def _yaml(text: str) -> Flow:
    flow = read_flow("flow.yaml", text.encode()).flow
    assert flow is not None
    return flow


def _json(text: str) -> Flow:
    flow = read_flow("flow.json", text.encode()).flow
    assert flow is not None
    return flow


def _live(flow: Flow, first: int = 1, number: int = 0) -> Flow | None:
    """As the platform would keep it, with ids and running numbers of its own."""
    assert isinstance(flow, ArchitectFlow)
    ids = itertools.count(first)
    try:
        made = write_configuration(flow, lambda kind, name: "", lambda: f"{next(ids):08x}-0000-4000-8000-000000000000")
    except UnwritableError:
        return None
    for element in made["flowSequenceItemList"]:
        for item in (element, *element.get("actionList", ())):
            item["trackingId"] += number
    return _json(json.dumps(made | {"nextTrackingNumber": 900 + number}))


def _corpus() -> list[Path]:
    return [path for path in corpus_files() if path.parent.parent.name == "architect-yaml"]


# -- one format ------------------------------------------------------------------------------------------------


def test_nothing_differs_from_itself() -> None:
    need_corpus()
    for path in corpus_files():
        one, other = (read_flow(path.name, path.read_bytes()).flow for _ in range(2))
        assert one is not None
        found = difference(one, other)
        assert not found, path.name
        assert found.summary() == "no difference"


def test_a_changed_text() -> None:
    found = difference(_yaml(FLOW), _yaml(FLOW.replace("Good morning", "Good\\n evening")))
    assert found.nodes == (
        NodeChange(
            "task/Main/callData Look up/success/playAudio Greet",
            "playAudio",
            Change.CHANGED,
            (FieldChange("audio", "Good morning", "Good\\n evening"),),
            29,
        ),
    )
    assert not found.transitions
    assert not found.settings


def test_names_of_fields_are_yaml_s_in_both_formats() -> None:
    changed = (
        FLOW.replace("name: Sales\n          - dis", "name: Service\n          - dis")
        .replace("exp: Call.Ani", "exp: Call.Other")
        .replace("Task.Name", "Task.Other")
        .replace("minutes: 1", "minutes: 2")
        .replace("Get customer", "Get client")
    )
    names = ("dataAction", "inputs.number", "successOutputs.name", "timeout", "targetQueue")
    lives = [_live(_yaml(text), number, number) for number, text in enumerate((FLOW, changed))]
    for before, after in ((_yaml(FLOW), _yaml(changed)), lives, (_yaml(FLOW), lives[1])):
        found = difference(before, after)
        fields = {field.field: (field.before, field.after) for node in found.nodes for field in node.fields}
        assert set(fields) == set(names)
        assert fields["targetQueue"] == ("Sales", "Service")
        assert not found.transitions
        assert not found.settings


def test_an_added_and_a_removed_action_reroute_what_led_past_them() -> None:
    without = FLOW.replace(
        "          - transferToAcd:\n              name: Sales\n              targetQueue:\n                lit:\n"
        "                  name: Sales\n",
        "",
    )
    found = difference(_yaml(FLOW), _yaml(without))
    assert [(node.node, node.change, node.line) for node in found.nodes] == [
        ("task/Main/transferToAcd Sales", Change.REMOVED, 33)
    ]
    source = "task/Main/callData Look up"
    assert (
        TransitionChange(source, "failure", "output", "task/Main/transferToAcd Sales", "task/Main/disconnect", 11)
        in found.transitions
    )
    assert {way.change for way in found.transitions} == {Change.CHANGED, Change.REMOVED}
    back = difference(_yaml(without), _yaml(FLOW))
    assert [node.change for node in back.nodes] == [Change.ADDED]
    assert {(way.source, way.label, way.before, way.after) for way in back.transitions} == {
        (way.source, way.label, way.after, way.before) for way in found.transitions
    }


def test_a_flow_that_does_not_exist() -> None:
    flow = _yaml(FLOW)
    new, gone = difference(None, flow), difference(flow, None)
    assert {node.node for node in new.nodes} == set(flow.graph.nodes)
    assert {node.change for node in new.nodes} == {Change.ADDED}
    assert {node.change for node in gone.nodes} == {Change.REMOVED}
    assert FieldChange("name", None, "Front desk") in new.settings
    assert FieldChange("name", "Front desk", None) in gone.settings
    assert len(new.transitions) == len(gone.transitions) == len(flow.graph.transitions)
    assert not difference(None, None)


def test_a_stamp_in_the_description_is_no_difference() -> None:
    stamped = FLOW.replace("Says hello", "Says hello [stamp 7]")
    assert difference(_yaml(FLOW), _yaml(stamped)).settings == (
        FieldChange("description", "Says hello", "Says hello [stamp 7]"),
    )
    assert not difference(_yaml(FLOW), _yaml(stamped), clean=lambda text: text.partition("[stamp")[0])


def test_settings() -> None:
    found = difference(_yaml(FLOW), _yaml(FLOW.replace("en-us", "de-de").replace("Main_10", "Other_11", 1)))
    assert {field.field: (field.before, field.after) for field in found.settings} == {
        "defaultLanguage": ("en-us", "de-de"),
        "supportedLanguages": ("en-us", "de-de"),
        "start": ("task/Main/callData Look up", "task/Other/disconnect"),
    }


def test_two_publications_of_a_flow_do_not_differ() -> None:
    need_corpus()
    written = 0
    for path in _corpus():
        flow = _yaml(path.read_bytes().decode())
        one, other = _live(flow), _live(flow, 70_000, 40)
        if one is not None:
            written += 1
            assert not difference(one, other), path.name
            assert not difference(flow, one), path.name
            assert not difference(one, flow), path.name
    assert written >= 70


# -- both formats ----------------------------------------------------------------------------------------------


def test_there_is_no_difference_exactly_where_digests_are_equal() -> None:
    need_corpus()
    draw = random.Random(11)
    equal = unequal = 0
    for path in draw.sample(_corpus(), 25):
        flow = _yaml(path.read_bytes().decode())
        assert isinstance(flow, ArchitectFlow)
        live = _live(flow)
        if live is None:
            continue
        found = mutations(flow)
        for mutation in draw.sample(found, min(12, len(found))):
            changed = _yaml(mutation.text)
            differs = difference(live, changed)
            same = not (
                differs.nodes or differs.transitions or [f for f in differs.settings if f.field != "description"]
            )
            assert same is (digest(changed) == digest(live)), f"{path.name}: {mutation.path}"
            equal, unequal = equal + same, unequal + (not same)
    assert equal > 10
    assert unequal > 100


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair[0].name)
def test_published_pairs_differ_in_no_way_out(pair: tuple[Path, Path]) -> None:
    yaml, export = (read_flow(path.name, path.read_bytes()).flow for path in pair)
    found = difference(yaml, export)
    assert [node for node in found.nodes if node.change is not Change.CHANGED] == [] or "Trigger" in pair[0].name
    assert found.transitions == () or "Trigger" in pair[0].name
    assert difference(yaml, export) == found
    for one in (*found.settings, *(field for node in found.nodes for field in node.fields)):
        assert one.before != one.after


# -- node graphs -----------------------------------------------------------------------------------------------


def test_node_graphs_tell_a_rerouted_way_once() -> None:
    found = difference(_json(GRAPH), _json(GRAPH.replace('"destinationNodeId": "b"', '"destinationNodeId": "a"')))
    assert not found.nodes
    assert [(way.source, way.label, way.kind, way.before, way.after) for way in found.transitions] == [
        ("a", "dtmf == '1'", "choice", "b", "a")
    ]


def test_node_graphs_tell_another_order_of_ways() -> None:
    found = difference(_json(GRAPH), _json(GRAPH.replace(f"{WAYS[0]}, {WAYS[1]}", f"{WAYS[1]}, {WAYS[0]}")))
    assert [(node.node, [field.field for field in node.fields]) for node in found.nodes] == [
        ("a", ["transitionConditions"])
    ]


def test_node_graphs_tell_a_text_from_a_number() -> None:
    found = difference(_json(GRAPH), _json(GRAPH.replace('"count": 1', '"count": "1"')))
    assert found.nodes[0].fields == (FieldChange("properties.count", "json 1", 'json "1"'),)


NAMES = st.text("ab.[]~\\", min_size=1, max_size=3)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.floats(0, 1), st.text("a1\n ", max_size=2))
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2), max_leaves=6
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(NAMES, TREES, max_size=3), st.dictionaries(NAMES, TREES, max_size=3))
def test_any_two_contents_of_a_node_differ(one: dict[str, object], other: dict[str, object]) -> None:
    graphs = [
        _json(
            json.dumps({"name": "x", "startNodeId": "a", "nodes": {"a": {"type": "disconnect", "properties": content}}})
        )
        for content in (one, other)
    ]
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    found = difference(*graphs)
    assert bool(found) is not same
    assert (digest(graphs[0]) == digest(graphs[1])) is same
    assert (canonical(graphs[0]) == canonical(graphs[1])) is same


@settings(max_examples=150, deadline=None)
@given(st.text("ab \n\t\\", max_size=200), st.text("ab \n\t\\", max_size=200))
def test_shown_values_are_short_and_differ(one: str, other: str) -> None:
    texts = [
        json.dumps({"name": "x", "nodes": {"a": {"type": "playAudio", "properties": {"tts": said}}}})
        for said in (one, other)
    ]
    found = difference(*(_json(text) for text in texts))
    assert bool(found) is (one != other)
    for field in (field for node in found.nodes for field in node.fields):
        assert field.before != field.after
        for said in (field.before, field.after):
            assert said is not None
            assert len(said) <= SHOWN
            assert not set("\n\r\t") & set(said)
