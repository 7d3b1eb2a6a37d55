"""The diagram of a change: what is drawn, in which colour, and that GitHub takes it whatever the flows."""

from __future__ import annotations

import re

import pytest

from ivr_action.model import FlowGraph, Node, NodeKind, Transition
from ivr_action.model.difference import Change, FlowDifference, NodeChange, TransitionChange
from ivr_action.report.difference_mermaid import difference_diagram
from ivr_action.report.mermaid import CHARACTERS, EDGES
from tests.plans import AFTER, BEFORE, CHANGES, hostile_changes, small_graph
from tests.samples import HOSTILE, chain, hostile_graph

_LABEL = r'"[^"`\[\]{}()<>|%]*(?:<br/>[^"`\[\]{}()<>|%]*)*"'
_LINE = re.compile(
    rf"flowchart TD|  n\d+(?:\{{\{{|\[/|\(\[|\[\[|\(|\{{|\[|>){_LABEL}[\]}})/]+"
    rf"|  n\d+ (?:-->|-\.->)(?:\|{_LABEL}\|)? n\d+|  classDef [a-z]+ [\w:#, -]+;"
    r"|  class n\d+(?:,n\d+)* [a-z]+;|  linkStyle \d+(?:,\d+)* [\w:#, -]+(?<!;)"
)


def classes(text: str) -> dict[str, set[str]]:
    """Class → labels of its nodes."""
    labels = dict(re.findall(r'^  (n\d+)[\[({>/]+"([^"]*)"', text, re.MULTILINE))
    return {
        name: {labels[number].split("<br/>")[-1] for number in numbers.split(",")}
        for numbers, name in re.findall(r"^  class ([n\d,]+) ([a-z]+);", text, re.MULTILINE)
    }


def test_added_changed_and_removed_nodes_have_their_colours() -> None:
    diagram = difference_diagram(BEFORE, AFTER, CHANGES)
    assert diagram is not None
    assert classes(diagram.text) == {
        "added": {"Name of billing"},
        "changed": {"Name of menu"},
        "removed": {"Name of old"},
    }
    assert diagram.caption.startswith("🟩 added · 🟥 removed · 🟨 changed")


def test_ways_that_are_new_or_gone_are_coloured_and_the_others_are_not() -> None:
    diagram = difference_diagram(BEFORE, AFTER, CHANGES)
    assert diagram is not None
    arrows = [line for line in diagram.text.splitlines() if "-->" in line]
    styles = {
        number: style
        for numbers, style in re.findall(r"linkStyle ([\d,]+) (.*)", diagram.text)
        for number in numbers.split(",")
    }
    by_label = {re.findall(r'"(.*)"', arrow)[0]: styles.get(f"{at}", "") for at, arrow in enumerate(arrows)}
    assert by_label["1"] == ""
    two = [styles.get(f"{at}", "") for at, arrow in enumerate(arrows) if '"2"' in arrow]
    assert len(two) == 2
    assert {"#1a7f37" in style for style in two} == {"#cf222e" in style for style in two} == {True, False}


def test_only_the_neighbourhood_is_drawn() -> None:
    graph = chain(100)
    difference = FlowDifference((NodeChange("n50", "step", Change.CHANGED),))
    diagram = difference_diagram(graph, graph, difference)
    assert diagram is not None
    assert re.findall(r"Step (\d+)", diagram.text) == ["49", "50", "51"]


def test_a_way_whose_label_the_graph_words_otherwise_is_found_by_its_ends() -> None:
    graph = small_graph("a", "b", ways=(("a", "what the graph says", "b"),))
    difference = FlowDifference((), (TransitionChange("a", "success", "output", None, "b"),))
    diagram = difference_diagram(None, graph, difference)
    assert diagram is not None
    assert "linkStyle 0 stroke:#1a7f37" in diagram.text


def test_a_node_whose_way_leads_elsewhere_is_changed_for_callers() -> None:
    after = small_graph(
        "menu", "sales", "old", "far", ways=(("menu", "1", "old"), ("menu", "2", "old"), ("sales", "", "far"))
    )
    difference = FlowDifference((), (TransitionChange("menu", "1", "choice", "sales", "old"),))
    diagram = difference_diagram(BEFORE, after, difference)
    assert diagram is not None
    assert classes(diagram.text) == {"changed": {"Name of menu"}}


def test_what_is_drawn_whole_does_not_say_that_something_is_missing() -> None:
    nodes = tuple(NodeChange(id_, "step", Change.ADDED) for id_ in AFTER.nodes)
    diagram = difference_diagram(None, AFTER, FlowDifference(nodes))
    assert diagram is not None
    assert diagram.caption == "🟩 added"


def test_settings_alone_are_no_diagram() -> None:
    assert difference_diagram(BEFORE, AFTER, FlowDifference(settings=CHANGES.settings)) is None
    assert difference_diagram(None, None, CHANGES) is None


def test_every_line_of_a_hostile_diagram_is_one_of_ours() -> None:
    graph = hostile_graph()
    for at, text in enumerate(HOSTILE):
        diagram = difference_diagram(graph, graph, hostile_changes(text, f"{at} {text}"))
        assert diagram is not None
        for line in diagram.text.splitlines():
            assert _LINE.fullmatch(line), line


def hub(size: int) -> FlowGraph:
    nodes = [Node("hub", NodeKind.MENU, "menu", "Hub")]
    nodes += [Node(f"leaf{number}", NodeKind.END, "disconnect", "\u2028" * 300) for number in range(size)]
    return FlowGraph("hub", nodes, [Transition("hub", node.id, "%" * 300) for node in nodes[1:]])


def complete(size: int) -> FlowGraph:
    nodes = [Node(f"{number}", NodeKind.BRANCH, "x" * 300, "\u2028" * 99) for number in range(size)]
    return FlowGraph("0", nodes, [Transition(a.id, b.id, "é" * 99) for a in nodes for b in nodes])


@pytest.mark.parametrize("graph", [hub(3000), complete(80), chain(5000)], ids=["hub", "complete", "chain"])
@pytest.mark.parametrize("changed", [1, 10_000])
def test_whatever_the_graph_githubs_limits_hold_and_what_is_left_out_is_said(graph: FlowGraph, changed: int) -> None:
    nodes = tuple(NodeChange(id_, "x", Change.ADDED) for id_ in list(graph.nodes)[:changed])
    diagram = difference_diagram(None, graph, FlowDifference(nodes))
    assert diagram is not None
    assert len(diagram.text.encode("utf-16-le")) / 2 <= CHARACTERS
    assert sum("-->" in line or "-.->" in line for line in diagram.text.splitlines()) <= EDGES
    drawn = len(re.findall(r'^  n\d+[\[({>/]+"', diagram.text, re.MULTILINE))
    shown = {id_ for id_ in graph.nodes if changed > 1 or id_ in _around(graph, nodes[0].node)}
    left = len(shown) - drawn
    assert f"{left:,} more node" in diagram.caption if left else "left out" not in diagram.caption


def _around(graph: FlowGraph, node: str) -> set[str]:
    ways = (*graph.successors[node], *graph.predecessors[node])
    return {node, *(end for way in ways for end in (way.source, way.target))}
