"""What of a flow a set of calls came through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ivr_action.model.graph import FlowGraph, TransitionKind

TransitionKey = tuple[str, str, str, TransitionKind]
"""Source, target, label, kind: what tells a transition from others in reports."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Nodes and transitions that calls came through. Grows with every call; never shrinks."""

    nodes: frozenset[str] = frozenset()
    transitions: frozenset[TransitionKey] = frozenset()

    def of_nodes(self, graph: FlowGraph) -> float:
        """Visited nodes / all nodes, in [0, 1]; 1 for a graph without nodes."""
        return _share(sum(id_ in self.nodes for id_ in graph.nodes), len(graph.nodes))

    def of_transitions(self, graph: FlowGraph) -> float:
        """Taken transitions / all transitions, in [0, 1]; 1 for a graph without transitions."""
        taken = self.transitions
        return _share(sum(transition_key(t) in taken for t in graph.transitions), len(graph.transitions))

    def __or__(self, other: Coverage) -> Coverage:
        return Coverage(self.nodes | other.nodes, self.transitions | other.transitions)


def transition_key(transition: Iterable[object]) -> TransitionKey:
    """The key of a `Transition`."""
    source, target, label, kind, *_ = transition
    return str(source), str(target), str(label), TransitionKind(str(kind))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
