"""Ways through a flow's graph, for the rules about callers. Linear, not recursive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ivr_action.model import FlowGraph, Node, NodeKind, TransitionKind

LEAVES_CALL = frozenset((NodeKind.END, NodeKind.TRANSFER))


def trapped(graph: FlowGraph) -> list[str]:
    """Nodes that a caller can get to and from which no way leads to an end or a transfer, in document order.

    A node without any way on counts as an end: other rules speak of it. The end of a called task leads to whatever
    comes after a call, rather too often than too rarely.
    """
    if graph.start is None or not _turns_back(graph):
        return []
    nodes, successors, reachable = graph.nodes, graph.successors, graph.reachable
    before: dict[str, list[str]] = {name: [] for name in nodes}
    returns: list[str] = []
    for transition in graph.transitions:
        before[transition.target].append(transition.source)
        if transition.kind is TransitionKind.RETURN:
            returns.append(transition.target)
    called = _only_called(graph)
    todo = []
    for name, node in nodes.items():
        if name in called and node.kind is NodeKind.END and node.type in ("endTask", "endOfTask"):
            for target in returns:
                before[target].append(name)
        elif node.kind in LEAVES_CALL or not successors[name]:
            todo.append(name)
    out = set(todo)
    while todo:
        for source in before[todo.pop()]:
            if source not in out:
                out.add(source)
                todo.append(source)
    return [name for name in nodes if name in reachable and name not in out]


def _turns_back(graph: FlowGraph) -> bool:
    """False where every transition leads forward in the file: then every way ends somewhere."""
    order = {name: index for index, name in enumerate(graph.nodes)}
    return any(
        order[transition[1]] <= order[transition[0]] and not transition.bounded for transition in graph.transitions
    )


def _only_called(graph: FlowGraph) -> set[str]:
    """Nodes that a caller comes to only through a call of a task."""
    if graph.start is None or not any(transition.kind is TransitionKind.CALL for transition in graph.transitions):
        return set()
    seen = {graph.start}
    todo = [graph.start]
    while todo:
        for transition in graph.successors[todo.pop()]:
            if transition.kind is not TransitionKind.CALL and transition.target not in seen:
                seen.add(transition.target)
                todo.append(transition.target)
    return graph.nodes.keys() - seen


def distances(graph: FlowGraph, counts: Callable[[Node], bool]) -> dict[str, int]:
    """Nodes that a caller can get to, each with the least number of nodes that `counts` on a way to it."""
    if graph.start is None:
        return {}
    nodes, successors = graph.nodes, graph.successors
    found: dict[str, int] = {}
    todo = deque([(graph.start, 0)])
    while todo:
        name, distance = todo.popleft()
        if name in found:
            continue
        found[name] = distance
        costs = counts(nodes[name])
        for transition in successors[name]:
            if transition.target not in found:
                if costs:
                    todo.append((transition.target, distance + 1))
                else:
                    todo.appendleft((transition.target, distance))
    return found


def reached_without(graph: FlowGraph, stops: Callable[[Node], bool]) -> list[str]:
    """Nodes that a caller can get to without passing a node that `stops`, nearest first."""
    if graph.start is None:
        return []
    seen = {graph.start: None}
    todo = deque([graph.start])
    while todo:
        name = todo.popleft()
        if not stops(graph.nodes[name]):
            for transition in graph.successors[name]:
                if transition.target not in seen:
                    seen[transition.target] = None
                    todo.append(transition.target)
    return list(seen)
