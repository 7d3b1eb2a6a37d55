"""A flow as callers walk it: nodes and labelled transitions, the same for every file format."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class NodeKind(StrEnum):
    """What a node does to a caller. Public in the JSON of `ivr-action graph`."""

    MENU = "menu"
    """Offers choices and waits for the caller."""
    INPUT = "input"
    """Asks and waits for the caller."""
    PROMPT = "prompt"
    """Plays or sends something."""
    BRANCH = "branch"
    """Chooses a way by a condition."""
    WORK = "work"
    """Does something the caller does not notice."""
    CALL = "call"
    """Hands over to another task, module, bot or flow and comes back."""
    TRANSFER = "transfer"
    """Leaves the flow for a queue, a number, another flow; goes on only where that fails."""
    END = "end"
    """Ends the task, the flow or the call."""


class TransitionKind(StrEnum):
    """Why control moves along a transition. Public in the JSON of `ivr-action graph`."""

    NEXT = "next"
    OUTPUT = "output"
    CHOICE = "choice"
    JUMP = "jump"
    CALL = "call"
    RETURN = "return"
    NO_INPUT = "no-input"
    NO_MATCH = "no-match"
    ERROR = "error"


class Node(NamedTuple):
    """One step of a flow."""

    id: str
    """Stable under edits elsewhere in the file; see "Node identity" in docs/architecture.md."""
    kind: NodeKind
    type: str
    """The format's own word: `transferToAcd`, `menu`, or the node graph's `type`."""
    name: str
    element: object = None
    """The document's element it was read from; `Document.where` turns it into a place."""
    waits: bool = False
    """True where the caller (not a clock) decides when it goes on."""
    synthetic: bool = False
    """True for what no file spells out, such as the end of a task."""


class Transition(NamedTuple):
    """A labelled way from one node to another."""

    source: str
    target: str
    label: str = ""
    """The output, the digit or the condition; empty where there is nothing to say."""
    kind: TransitionKind = TransitionKind.NEXT
    element: object = None
    bounded: bool = False
    """True for the way back of a counted loop: a cycle through it ends by itself."""
    output: str = ""
    """Name of the output it stands for (`success`, `case 1`, a task's output path), where it stands for one."""


class FlowGraph:
    """Nodes by id and transitions in document order.

    Args:
        start: id of the node a caller meets first, or None where the flow names none that exists.
        nodes: in document order.
        transitions: in document order; both ends are ids of `nodes`.
    """

    def __init__(self, start: str | None, nodes: Iterable[Node], transitions: Iterable[Transition]) -> None:
        self.start = start
        self.nodes: dict[str, Node] = {node.id: node for node in nodes}
        self.transitions: list[Transition] = list(transitions)

    @cached_property
    def successors(self) -> dict[str, list[Transition]]:
        """Transitions out of each node, in order; every node has an entry."""
        out: dict[str, list[Transition]] = {id_: [] for id_ in self.nodes}
        for transition in self.transitions:
            out[transition[0]].append(transition)
        return out

    @cached_property
    def predecessors(self) -> dict[str, list[Transition]]:
        """Transitions into each node, in order; every node has an entry."""
        into: dict[str, list[Transition]] = {id_: [] for id_ in self.nodes}
        for transition in self.transitions:
            into[transition[1]].append(transition)
        return into

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Ids of the nodes that a caller can come to from the start, the start included."""
        if self.start is None:
            return frozenset()
        successors = self.successors
        seen = {self.start}
        todo = [self.start]
        while todo:
            for transition in successors[todo.pop()]:
                target = transition[1]
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return frozenset(seen)
