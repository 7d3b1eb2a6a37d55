"""Whether two flows are the same for a caller, whatever formats they are in."""

from __future__ import annotations

from typing import Any

from ivr_action.flow.flow import Flow


def signature(flow: Flow) -> tuple[Any, ...]:
    """What two flows must have in common to be the same for a caller."""
    graph = flow.graph
    nodes = {(node.id, node.kind, node.type, node.waits) for node in graph.nodes.values()}
    ways = {(way.source, way.target, way.label or "", way.kind, way.bounded) for way in graph.transitions}
    return graph.start, nodes, ways


def difference(flow: Flow, again: Flow | None) -> str:
    """The first difference, as the end of a sentence."""
    if again is None:
        return ""
    for mine, theirs in zip(signature(flow)[1:], signature(again)[1:], strict=True):
        for item in sorted(mine ^ theirs, key=str):
            return f": {item[0]}" + (f" → {item[1]}" if len(item) > 4 else "")
    return ": its start"
