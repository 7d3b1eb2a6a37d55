"""Circles in a flow's graph. Finding them is ours, linear and not recursive; networkx only names one that was found."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_action.flow.document import text
from ivr_action.model import FlowGraph, Node, TransitionKind

Edges = dict[str, list[str]]


def cycles(graph: FlowGraph, *, through_waiting: bool) -> Iterator[list[str]]:
    """Circles, one for each knot of nodes that lead to one another.

    Args:
        graph: the flow's; transitions that are `bounded` end by themselves and belong to no circle.
        through_waiting: False where a node that waits breaks a circle.

    Yields:
        Ids of the nodes of a shortest circle through the knot's first node in document order, in order; the last leads
        to the first.
    """
    edges = _edges(graph, through_waiting=through_waiting, silent_returns=None)
    left = _in_or_behind_circles(edges)
    if not left:
        return
    if any(transition.kind is TransitionKind.RETURN for transition in graph.transitions):
        edges = _edges(graph, through_waiting=through_waiting, silent_returns=_silent_returns(graph, through_waiting))
        left = _in_or_behind_circles(edges)
    order = {name: index for index, name in enumerate(graph.nodes)}
    knots = [sorted(knot, key=order.__getitem__) for knot in _knots({name: edges[name] for name in left}, left)]
    for knot in sorted(knots, key=lambda knot: order[knot[0]]):
        yield _name(knot, edges)


def _edges(graph: FlowGraph, *, through_waiting: bool, silent_returns: set[str] | None) -> Edges:
    nodes = graph.nodes
    edges: Edges = {name: [] for name in nodes}
    returns = TransitionKind.RETURN
    for transition in graph.transitions:
        if transition.bounded:
            continue
        source, target, kind = transition.source, transition.target, transition.kind
        node = nodes[source]
        if not through_waiting and (node.waits or nodes[target].waits):
            continue
        if kind is returns and silent_returns is not None and source not in silent_returns:
            continue
        if node.type == "loop" and not _endless(node):
            continue
        edges[source].append(target)
    return edges


def _endless(node: Node) -> bool:
    """True for a node graph's loop, and for an Architect loop whose condition is the word `true`."""
    holder = node.element
    params = holder.get("loop", holder) if isinstance(holder, dict) else None
    count = params.get("loopCount") if isinstance(params, dict) else None
    if not isinstance(count, dict):
        return True
    return (text(count.get("exp")) or text(count.get("text")) or "").strip().casefold() == "true"


def _in_or_behind_circles(edges: Edges) -> set[str]:
    """Nodes that stay when nodes without a way in are taken away again and again; empty where nothing circles."""
    ways_in = dict.fromkeys(edges, 0)
    for targets in edges.values():
        for target in targets:
            ways_in[target] += 1
    todo = [name for name, count in ways_in.items() if not count]
    gone = 0
    while todo:
        gone += 1
        for target in edges[todo.pop()]:
            ways_in[target] -= 1
            if not ways_in[target]:
                todo.append(target)
    return set() if gone == len(edges) else {name for name, count in ways_in.items() if count}


def _silent_returns(graph: FlowGraph, through_waiting: bool) -> set[str]:
    """Nodes that call a task which can come back without having waited for the caller."""
    nodes = graph.nodes
    entries: dict[str, list[str]] = {}
    callers: dict[str, list[str]] = {}
    before: dict[str, list[tuple[str, bool]]] = {name: [] for name in nodes}
    for transition in graph.transitions:
        source, target, kind = transition.source, transition.target, transition.kind
        if kind is TransitionKind.CALL:
            entries.setdefault(source, []).append(target)
            callers.setdefault(target, []).append(source)
        else:
            before[target].append((source, kind is TransitionKind.RETURN))
    comes_back: set[str] = set()
    calls: set[str] = set()  # calls that are known to come back
    todo = [name for name, node in nodes.items() if node.type == "endTask" or node.type == "endOfTask"]
    waiting: dict[str, bool] = {}  # call nodes whose continuation comes back, but perhaps not the call itself
    while todo:
        name = todo.pop()
        if name in comes_back or (nodes[name].waits and not through_waiting):
            continue
        comes_back.add(name)
        for caller in callers.get(name, ()):
            calls.add(caller)
            if waiting.get(caller):
                todo.append(caller)
        for source, returns in before[name]:
            if returns and source in entries and source not in calls:
                waiting[source] = True
            else:
                todo.append(source)
    return calls


def _knots(edges: Edges, among: set[str]) -> list[list[str]]:
    """Strongly connected components with a circle in them (Tarjan's algorithm with a stack of its own)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_path: set[str] = set()
    path: list[str] = []
    found: list[list[str]] = []
    for root in edges:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        work = [(root, iter(edges[root]))]
        while work:
            name, targets = work[-1]
            for target in targets:
                if target not in among:
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    path.append(target)
                    on_path.add(target)
                    work.append((target, iter(edges[target])))
                    break
                if target in on_path:
                    low[name] = min(low[name], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    knot: list[str] = []
                    while not knot or knot[-1] != name:
                        knot.append(path.pop())
                        on_path.discard(knot[-1])
                    if len(knot) > 1 or name in edges[name]:
                        found.append(knot)
    return found


def _name(knot: list[str], edges: Edges) -> list[str]:
    """A shortest circle through the first node of a knot."""
    first = knot[0]
    if first in edges[first]:
        return [first]
    import networkx

    inside = set(knot)
    graph: networkx.DiGraph[str] = networkx.DiGraph(
        (name, target) for name in knot for target in edges[name] if target in inside
    )
    lengths = networkx.single_target_shortest_path_length(graph, first)
    distance = dict(lengths)
    best = min((target for target in edges[first] if target in inside), key=distance.__getitem__)
    names: list[str] = networkx.shortest_path(graph, best, first)
    return [first, *names[:-1]]
