"""A graph for Graphviz."""

from __future__ import annotations

from ivr_action.model import FlowGraph, NodeKind, TransitionKind
from ivr_action.report.collapse import called
from ivr_action.report.plain import one_line, step_name

_SHAPES = {
    NodeKind.MENU: "hexagon",
    NodeKind.INPUT: "parallelogram",
    NodeKind.PROMPT: "note",
    NodeKind.BRANCH: "diamond",
    NodeKind.WORK: "box",
    NodeKind.CALL: "component",
    NodeKind.TRANSFER: "rarrow",
    NodeKind.END: "oval",
}
_DASHED = frozenset((TransitionKind.ERROR, TransitionKind.NO_INPUT, TransitionKind.NO_MATCH))
_LABEL = 80


def render(graph: FlowGraph) -> str:
    """The whole graph, nothing collapsed."""
    numbers = {id_: f"n{number}" for number, id_ in enumerate(graph.nodes)}
    lines = ["digraph flow {", '  node [fontname="sans-serif"];', '  edge [fontname="sans-serif"];']
    for node in graph.nodes.values():
        label = _quoted(*step_name(node.type, called(node)))
        start = ", penwidth=3" if node.id == graph.start else ""
        lines.append(f"  {numbers[node.id]} [shape={_SHAPES[node.kind]}, label={label}{start}];")
    for way in graph.transitions:
        attributes = [f"label={_quoted(way.label)}"] if way.label else []
        attributes += ["style=dashed"] if way.kind in _DASHED else []
        lines.append(f"  {numbers[way.source]} -> {numbers[way.target]} [{', '.join(attributes)}];")
    return "\n".join([*lines, "}", ""])


def _quoted(*texts: str) -> str:
    shown = [one_line(text, _LABEL).replace("\\", "\\\\").replace('"', '\\"') for text in texts if text]
    return '"' + "\\n".join(shown) + '"'
