"""Diagrams: nothing breaks out of a label, and GitHub's limits hold whatever the graph."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_action.model import FlowGraph, Level, Node, NodeKind, Transition
from ivr_action.model.coverage import transition_key
from ivr_action.report.mermaid import CHARACTERS, EDGES, diagram_of, escape, render
from tests.samples import HOSTILE, chain, hostile_graph

_LINE = re.compile(
    r'flowchart TD|  n\d+(?:\{\{|\[/|\(\[|\[\[|\(|\{|\[|>)"[^"`\[\]{}()<>|%]*(?:<br/>[^"`\[\]{}()<>|%]*)*"[\]})/]+'
    r'|  n\d+ (?:-->|-\.->)(?:\|"[^"`\[\]{}()<>|%]*"\|)? n\d+|  classDef [a-z]+ [\w:#,-]+;'
    r"|  class n\d+(?:,n\d+)* [a-z]+;"
)


def test_every_line_of_a_hostile_diagram_is_one_of_ours() -> None:
    levels = {f"{at} {text}": list(Level)[at % 3] for at, text in enumerate(HOSTILE)}
    for line in diagram_of(hostile_graph(), levels).text.splitlines():
        assert _LINE.fullmatch(line), line


@given(st.text())
def test_a_label_holds_letters_digits_blanks_commas_and_entities_only(text: str) -> None:
    bare = re.sub(r"#\d+;", "", escape(text))
    assert re.fullmatch(r"[\w ,]*", bare)
    assert not set(bare) & set("ﬂß")


def test_shapes_starts_and_findings_are_drawn() -> None:
    text = diagram_of(chain(1), {"n0": Level.WARNING}).text
    assert 'n0{{"Start"}}' in text  # its shape says that it is a menu
    assert 'n1["Step 0"]' in text
    assert "class n1 warning;" in text
    assert "class n0 first;" in text


def test_a_small_graph_is_drawn_whole() -> None:
    assert diagram_of(chain(20), {}).caption == ""


def test_ways_between_the_same_nodes_are_one_arrow() -> None:
    nodes = [Node("a", NodeKind.MENU, "menu", ""), Node("b", NodeKind.END, "end", "")]
    graph = FlowGraph("a", nodes, [Transition("a", "b", str(number)) for number in range(10)])
    assert [line for line in diagram_of(graph, {}).text.splitlines() if "-->" in line] == [
        '  n0 -->|"0, 1, 2, 7 more"| n1'
    ]


def test_runs_of_quiet_steps_collapse_first_and_findings_stay_visible() -> None:
    diagram = diagram_of(chain(1000), {"n500": Level.ERROR})
    assert '"Step 0<br/>500 steps"' in diagram.text
    assert '"Step 500"' in diagram.text
    assert diagram.caption.startswith("Collapsed from 1,002 nodes to 5: runs of prompts")


def test_containers_collapse_next() -> None:
    nodes, ways = [], []
    for task in range(30):
        ids = [f"task/T{task}/decision {number}" for number in range(20)]
        nodes += [Node(id_, NodeKind.BRANCH, "decision", id_[-2:]) for id_ in ids]
        ways += [
            Transition(a, b, "yes") for a, b in zip(ids, [*ids[1:], f"task/T{(task + 1) % 30}/decision 0"], strict=True)
        ]
    diagram = diagram_of(FlowGraph(nodes[0].id, nodes, ways), {nodes[25].id: Level.ERROR})
    assert '[["task<br/>T0<br/>20 steps"]]' in diagram.text
    assert "class n1 error;" in diagram.text
    assert "every task, menu and state is one node" in diagram.caption


def test_a_flow_of_one_large_task_shows_what_is_near_its_start() -> None:
    graph = chain(1000, NodeKind.BRANCH, prefix="task/Main/")
    diagram = diagram_of(graph, {})
    assert '"step<br/>Step 0"' in diagram.text or '"Step 0"' in diagram.text
    assert "further from the start" in diagram.caption


def star(ways: int) -> FlowGraph:
    nodes = [Node("hub", NodeKind.MENU, "menu", "Hub")]
    nodes += [Node(f"leaf{number}", NodeKind.END, "disconnect", "y" * 200) for number in range(ways)]
    return FlowGraph("hub", nodes, [Transition("hub", node.id, "%" * 200) for node in nodes[1:]])


def complete(size: int) -> FlowGraph:
    nodes = [Node(f"{number}", NodeKind.BRANCH, "x", "\u2028" * 99) for number in range(size)]
    return FlowGraph("0", nodes, [Transition(a.id, b.id, "é" * 99) for a in nodes for b in nodes])


def ring(size: int) -> FlowGraph:
    nodes = [Node(f"{number}", NodeKind.WORK, "x", "") for number in range(size)]
    return FlowGraph(None, nodes, [Transition(f"{number}", f"{(number + 1) % size}") for number in range(size)])


GRAPHS = {
    "star": lambda: star(5000),
    "complete": lambda: complete(80),
    "ring": lambda: ring(5000),
    "branches": lambda: chain(100_000, NodeKind.BRANCH),
    "chain": lambda: chain(100_000),
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("levels", [{}, {f"leaf{number}": Level.NOTE for number in range(5000)}], ids=["none", "many"])
def test_whatever_the_graph_githubs_limits_hold_and_the_caption_says_so(name: str, levels: dict[str, Level]) -> None:
    graph = GRAPHS[name]()
    known = {id_: level for id_, level in levels.items() if id_ in graph.nodes}
    for diagram in (diagram_of(graph, known), diagram_of(graph, known, readable=False)):
        assert len(diagram.text.encode("utf-16-le")) / 2 <= CHARACTERS
        assert sum("-->" in line or "-.->" in line for line in diagram.text.splitlines()) <= EDGES
        assert diagram.caption.startswith("Collapsed from ")


def test_the_terminals_diagram_says_in_a_comment_what_was_collapsed() -> None:
    assert render(chain(1000)).startswith("%% Collapsed from 1,002 nodes")
    assert render(chain(3)).startswith("flowchart TD\n")


def test_what_no_call_takes_is_grey_and_said_to_be() -> None:
    graph = chain(2)
    missed = frozenset((transition_key(graph.transitions[1]),))
    diagram = diagram_of(graph, {}, uncovered=missed)
    (line,) = (line for line in diagram.text.splitlines() if "linkStyle" in line)
    assert line.startswith("  linkStyle 1 stroke:")
    assert not line.endswith(";"), "Mermaid takes a colour with a semicolon behind it for an entity"
    assert diagram.caption == "No call takes the arrows in grey."
    assert "linkStyle" not in diagram_of(graph, {}).text


def test_an_arrow_that_some_call_takes_is_not_grey() -> None:
    graph = chain(0)
    (only,) = graph.transitions
    twice = FlowGraph(graph.start, graph.nodes.values(), [only, only._replace(label="again")])
    assert "linkStyle" not in diagram_of(twice, {}, uncovered=frozenset((transition_key(only),))).text
