"""Whether a compiled flow is its source: the same nodes, and the same ways between them under the same labels.

docs/compile.md has the definition in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ivr_action.compile.planner import Planner
from ivr_action.compile.plans import make_plans
from ivr_action.compile.problems import Problems
from ivr_action.compile.steps import Go, Plan
from ivr_action.flow.flow import ArchitectFlow, NodeGraphFlow
from ivr_action.flow.node_types import node_type
from ivr_action.model import FlowGraph, Node, NodeKind, TransitionKind

_CALLER = frozenset((NodeKind.MENU, NodeKind.INPUT))
_Ways = dict[str, set[tuple[tuple[str, ...], str]]]
"""Node → labels on the way and the node that it leads to; the end of a call is the node of an empty name."""


def same_graph(source: NodeGraphFlow, compiled: ArchitectFlow, nodes: Mapping[str, str]) -> list[str]:
    """How a compiled flow differs from its source; empty where it does not.

    Args:
        source: the node graph.
        compiled: as its YAML was read.
        nodes: id of the first compiled node of each source node → id of the source node; several may stand for one.
    """
    plans = make_plans(Planner(source, Problems(source), None, _Anything()))
    if not plans:
        return ["the source has no start"]
    graph = compiled.graph
    if graph.start is None:
        return ["the compiled flow has no start"]
    problems = [f"`{id_}` is no node of the compiled flow" for id_ in nodes if id_ not in graph.nodes]
    if problems:
        return problems
    found, kinds = _contracted(graph, nodes)
    first = next(iter(plans))
    start = {target for _, target in _walk(graph, nodes, graph.start, True, set())}
    if start != {first}:
        problems.append(f"the compiled flow starts at {_listed(start)}, not at `{first}`")
    for id_ in plans:
        if id_ not in found:
            problems.append(f"`{id_}` is missing")
            continue
        problems += _compared(id_, set(plans[id_].exits()), found[id_])
        node = source.graph.nodes[id_]
        kind = node.kind
        if not _has_kind(node, plans[id_], kinds[id_]):
            problems.append(f"`{id_}` is {kind} in the source and {_listed(kinds[id_])} in the compiled flow")
    problems += [f"`{id_}` is in the compiled flow only" for id_ in found if id_ not in plans]
    return problems


def _has_kind(node: Node, plan: Plan, found: set[NodeKind]) -> bool:
    """Whether one of the nodes that stand for a node does what it does to a caller."""
    row = node_type(node.type)
    if isinstance(plan.body, Go) or (row is not None and row.name in ("start", "updateData")):
        return True  # of their own they do nothing: what is left are variables, audio and conditions
    return bool(found & _CALLER) if node.kind in _CALLER else node.kind in found


def _compared(id_: str, wanted: set[tuple[tuple[str, ...], str]], found: set[tuple[tuple[str, ...], str]]) -> list[str]:
    problems = []
    for labels, target in sorted(wanted - found):
        problems.append(f"`{id_}` does not lead to `{target}` by {_listed(labels) or 'itself'}")
    for labels, target in sorted(found - wanted):
        problems.append(f"`{id_}` leads to `{target}` by {_listed(labels) or 'itself'} in the compiled flow only")
    return problems


def _contracted(graph: FlowGraph, nodes: Mapping[str, str]) -> tuple[_Ways, dict[str, set[NodeKind]]]:
    """Ways between first nodes, through helpers, and the kinds of what was passed."""
    found: _Ways = {}
    kinds: dict[str, set[NodeKind]] = {}
    for id_, source in nodes.items():
        passed: set[str] = set()
        found.setdefault(source, set()).update(_walk(graph, nodes, id_, False, passed))
        kinds.setdefault(source, set()).update(graph.nodes[node].kind for node in passed)
    return found, kinds


def _walk(
    graph: FlowGraph, nodes: Mapping[str, str], start: str, arriving: bool, passed: set[str]
) -> Iterable[tuple[tuple[str, ...], str]]:
    """Labels and the next first node on each way from a node."""
    todo: list[tuple[str, tuple[str, ...], bool]] = [(start, (), arriving)]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while todo:
        id_, labels, arrives = todo.pop()
        if arrives and id_ in nodes:
            yield labels, nodes[id_]
            continue
        if (id_, labels) in seen or len(labels) > len(graph.nodes):
            continue
        seen.add((id_, labels))
        passed.add(id_)
        for transition in graph.successors[id_]:
            silent = transition.kind in (TransitionKind.JUMP, TransitionKind.NEXT) or not transition.label
            todo.append((transition.target, labels if silent else (*labels, transition.label), True))


class _Anything(dict[str, str]):
    """Every data action has a category: only ways are compared."""

    def get(self, key: str, default: str | None = None) -> str:  # type: ignore[override] # never None
        del default
        return key


def _listed(items: Iterable[object]) -> str:
    return ", ".join(f"`{item}`" for item in sorted(map(str, items)))
