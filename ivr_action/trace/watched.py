"""A machine that is watched while it walks: what calls came through, what was just heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr_action.model import FlowGraph
from ivr_action.model.coverage import Coverage, TransitionKey, transition_key
from ivr_action.model.trace import CallerEvent
from ivr_action.trace.machine import Asks, Machine, Question, State, Way


class WatchedMachine(Machine):
    """Another machine, with its visits and moves told.

    Args:
        machine: that does the work.
        visited: told of each visit, when the node has played what it plays.
        moved: told of each way that is taken.
    """

    def __init__(
        self,
        machine: Machine,
        visited: Callable[[State, Question], object] = lambda state, question: None,
        moved: Callable[[State, Way], object] = lambda state, way: None,
    ) -> None:
        self._machine = machine
        self._visited = visited
        self._moved = moved
        self.limit = machine.limit

    def start(self) -> State | None:
        return self._machine.start()

    def visit(self, state: State) -> Question:
        question = self._machine.visit(state)
        self._visited(state, question)
        return question

    def ways(self, state: State) -> list[Way]:
        return self._machine.ways(state)

    def respond(self, state: State, event: CallerEvent) -> Way | Question:
        return self._machine.respond(state, event)

    def choose(self, state: State, name: str) -> Way | None:
        return self._machine.choose(state, name)

    def answer(self, state: State, name: str, data: object = None) -> Way | Question | None:
        return self._machine.answer(state, name, data)

    def take(self, state: State, way: Way) -> None:
        self._moved(state, way)
        self._machine.take(state, way)

    def give(self, state: State, data: object) -> None:
        self._machine.give(state, data)

    def supply(self, state: State, variables: Mapping[str, object]) -> None:
        self._machine.supply(state, variables)


class Recorder:
    """Notes what of a flow calls come through. A trace alone does not say it: a task that returns leaves by the
    transition of its caller.

    Args:
        machine: of the flow.
        graph: of the flow; what lies in other flows does not count.
    """

    def __init__(self, machine: Machine, graph: FlowGraph) -> None:
        self._all = {transition_key(transition) for transition in graph.transitions}
        self._branches = {id_ for id_, ways in graph.successors.items() if len(ways) > 1}
        self._known = graph.nodes
        self._nodes: set[str] = set()
        self._taken: set[TransitionKey] = set()
        self.decided: set[str] = set()
        """Nodes with several ways at which the file itself decided."""
        self.doubted: set[str] = set()
        """Nodes at which something was asked that the file does not say."""
        self.machine = WatchedMachine(machine, self._visit, self._move)

    @property
    def coverage(self) -> Coverage:
        """Of all calls so far."""
        return Coverage(frozenset(self._nodes), frozenset(self._taken))

    def _visit(self, state: State, question: Question) -> None:
        node = state.node
        if node in self._known:
            self._nodes.add(node)
        if question.asks is Asks.NOTHING:
            if node in self._branches:
                self.decided.add(node)
        elif question.asks is not Asks.CALLER:
            self.doubted.add(node)

    def _move(self, state: State, way: Way) -> None:
        if way.transition is not None:
            key = transition_key(way.transition)
            if key in self._all:
                self._taken.add(key)
