"""A graph as JSON."""

from __future__ import annotations

from ivr_action.model import FlowGraph
from ivr_action.report.jsontext import dumps


def render(graph: FlowGraph) -> str:
    """The graph for programs, nodes and transitions in document order."""
    return dumps(
        {
            "start": graph.start,
            "nodes": [
                {"id": node.id, "kind": node.kind.value, "type": node.type, "name": node.name}
                for node in graph.nodes.values()
            ],
            "transitions": [
                {"from": way.source, "to": way.target, "label": way.label, "kind": way.kind.value}
                for way in graph.transitions
            ],
        }
    )
