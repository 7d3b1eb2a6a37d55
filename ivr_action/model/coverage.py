"""What of a flow a set of calls came through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

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


class Limits(NamedTuple):
    """The least coverage that is asked for, in percent."""

    nodes: float = 0.0
    transitions: float = 0.0


NO_LIMITS = Limits()


def read_limits(said: str) -> Limits:
    """`80` for both, or `nodes: 80, transitions: 70`; empty for none.

    Raises:
        ValueError: it is neither, or no number from 0 to 100.
    """
    found = Limits()
    for item in said.replace("\n", ",").split(","):
        name, colon, value = (part.strip() for part in item.rpartition(":"))
        if not value and not colon:
            continue
        number = float(value.removesuffix("%"))
        if not 0 <= number <= 100 or (colon and name not in Limits._fields):
            raise ValueError(said)
        found = found._replace(**{name: number}) if colon else Limits(number, number)
    return found


def transition_key(transition: Iterable[object]) -> TransitionKey:
    """The key of a `Transition`."""
    source, target, label, kind, *_ = transition
    return str(source), str(target), str(label), TransitionKind(str(kind))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
