"""Finds a small, deterministic set of calls that comes through everything that can be come through.

Two passes. The first goes breadth first and takes every way of every node once, so that the calls are short. What a
variable ruled out the first time a node was met is looked for in the second: other states of the nodes before it,
within a bound. What is left has a reason.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ivr_action.model import FlowGraph, NodeKind, Transition
from ivr_action.model.coverage import Coverage, TransitionKey, transition_key
from ivr_action.model.trace import Ending
from ivr_action.trace.explored import ExploredCall, Link
from ivr_action.trace.machine import Asks, Machine, Question, State, Way

MOST_STEPS_OF_A_CALL = 20_000
MOST_REPEATS = 12
"""How often one thing is done again at a node that only repeats itself: more than any menu's repeat count."""
STATES_OF_A_NODE = 24
"""Different states of one node that the second pass goes on from."""


class Why(StrEnum):
    """Why no call takes a transition."""

    UNREACHABLE = "unreachable"
    """No way from the start leads to its node."""
    RULED_OUT = "ruled out"
    """Its node was met, and every time the file itself decided otherwise."""
    NOT_MET = "not met"
    """Its node was never met, since what leads there was ruled out."""
    BOUND = "bound"
    """The search was stopped by its bound before it was sure."""


class Uncovered(NamedTuple):
    """A transition that no call takes."""

    transition: Transition
    why: Why
    instead: tuple[str, ...] = ()
    """For `RULED_OUT`: the ways that were taken."""


@dataclass(frozen=True, slots=True)
class Exploration:
    """What the explorer found of one flow."""

    calls: tuple[ExploredCall, ...]
    coverage: Coverage
    uncovered: tuple[Uncovered, ...]
    steps: int
    """Visits that the search took."""
    asked: dict[Asks, int]
    """Questions met, by what they ask; `NOTHING` counts what the file decided."""


def explore(machine: Machine, graph: FlowGraph, *, most_steps: int | None = None) -> Exploration:
    """Explore one flow.

    Args:
        machine: of the flow.
        graph: of the flow; transitions of other flows that are called do not count.
        most_steps: visits at the most; by default 200 for each transition, 20,000 at least.

    Returns:
        Calls in the order they were found, each with something that none before it had.
    """
    bound = most_steps if most_steps is not None else max(20_000, 200 * len(graph.transitions))
    return _Explorer(machine, graph, bound).run()


class _Pending(NamedTuple):
    """A call that waits to go on: the state was visited and has not taken the way yet."""

    state: State
    link: Link
    gain: bool
    """True where something on the way was new."""
    repeats: int


class _Explorer:
    def __init__(self, machine: Machine, graph: FlowGraph, bound: int) -> None:
        self.machine = machine
        self.graph = graph
        self.bound = bound
        self.steps = 0
        self.all = {transition_key(t) for t in graph.transitions}
        self.covered: set[TransitionKey] = set()
        self.nodes: set[str] = set()
        self.tried: set[tuple[str, str, str, str]] = set()
        self.calls: list[ExploredCall] = []
        self.taken: dict[str, dict[str, None]] = {}
        self.asked: dict[Asks, int] = dict.fromkeys(Asks, 0)
        self.distance = _distances(graph)
        self.stopped = False

    def run(self) -> Exploration:
        start = self.machine.start()
        if start is not None:
            self.first_pass(start)
            if self.missing():
                self.second_pass()
        coverage = Coverage(frozenset(self.nodes & self.graph.nodes.keys()), frozenset(self.covered & self.all))
        return Exploration(tuple(self.calls), coverage, tuple(self.reasons()), self.steps, self.asked)

    # -- first pass

    def first_pass(self, start: State) -> None:
        queue: deque[_Pending] = deque()
        self.go_on(start, None, False, 0, queue)
        while queue and self.steps < self.bound:
            state, link, gain, repeats = queue.popleft()
            self.machine.take(state, link.way)
            self.go_on(state, link, gain, repeats, queue)
        self.stopped = bool(queue)

    def go_on(self, state: State, link: Link | None, gain: bool, repeats: int, queue: deque[_Pending]) -> None:
        """Follow a call until it has a choice that was not tried before, or to its end."""
        seen: set[object] = set()
        before = 0 if link is None else link.length
        while True:
            question, ways, heard = self.visit(state)
            if question.asks is Asks.NOTHING:
                way = ways[0]
                key = state.key()
                if way.ending is None and key in seen:
                    way = Way(way.name, None, Ending.LOOP, error="The same state came back.")
                seen.add(key)
            else:
                seen.clear()
                fresh = [way for way in ways if self.mark(state.node, way)]
                if fresh:
                    for number, way in enumerate(fresh):
                        twin = state if number == len(fresh) - 1 else state.fork()
                        self.enter(twin, Link(link, state.node, way, question, heard), gain, repeats, queue)
                    return
                again = self.again(link, state, ways) if repeats < MOST_REPEATS else None
                repeats = repeats + 1 if again is not None else 0
                way = again or min(ways, key=self.cost)
            link = Link(link, state.node, way, question, heard)
            gain = self.cover(state.node, way) or gain
            if way.ending is None and link.length - before > MOST_STEPS_OF_A_CALL:
                way = link.way = Way(way.name, None, Ending.ACTION_LIMIT, error="The call does not end.")
            if way.ending is not None:
                self.end(link, gain)
                return
            self.machine.take(state, way)

    def enter(self, state: State, link: Link, gain: bool, repeats: int, queue: deque[_Pending]) -> None:
        gain = self.cover(link.node, link.way) or gain
        if link.way.ending is not None:
            self.end(link, True)
        else:
            queue.append(_Pending(state, link, gain, repeats))

    def visit(self, state: State) -> tuple[Question, list[Way], tuple[str, ...]]:
        self.steps += 1
        question = self.machine.visit(state)
        self.asked[question.asks] += 1
        self.nodes.add(state.node)
        ways = self.machine.ways(state)
        heard = tuple(state.heard)
        state.heard.clear()
        return question, ways, heard

    def mark(self, node: str, way: Way) -> bool:
        """True the first time a way of a node is met."""
        transition = way.transition
        key = (node, way.name, "" if transition is None else transition.target, str(way.ending or ""))
        if key in self.tried:
            return False
        self.tried.add(key)
        return True

    def again(self, link: Link | None, state: State, ways: Iterable[Way]) -> Way | None:
        """What was done last, at a node that only repeated itself: a menu ends its repeats some time."""
        if link is None or link.node != state.node or link.way.transition is not None or link.way.event is None:
            return None
        return next((way for way in ways if way.event == link.way.event), None)

    def cost(self, way: Way) -> int:
        if way.ending is not None:
            return 0
        if way.transition is None:
            return 1_000_000
        return self.distance.get(way.transition.target, 500_000) + 1

    def cover(self, node: str, way: Way) -> bool:
        """Note a way as taken; True where its transition is new."""
        self.taken.setdefault(node, {})[way.name] = None
        if way.transition is None:
            return False
        key = transition_key(way.transition)
        if key in self.covered or key not in self.all:
            return False
        self.covered.add(key)
        return True

    def end(self, link: Link, gain: bool) -> None:
        if gain or not self.calls:  # a flow of one node has a call too
            self.calls.append(ExploredCall(link))

    # -- second pass

    def missing(self) -> list[Transition]:
        """Transitions that nobody took although a way leads to their node."""
        reachable = self.graph.reachable
        return [t for t in self.graph.transitions if t.source in reachable and transition_key(t) not in self.covered]

    def second_pass(self) -> None:
        """Look for what was ruled out, in other states; only where something is still missing ahead."""
        start = self.machine.start()
        if start is None or self.stopped:
            return
        back = _back(self.graph)
        ahead = _ahead(back, {t.source for t in self.missing()})
        met: dict[str, set[object]] = {}
        stack: list[tuple[State, Link | None]] = [(start, None)]
        limit = self.steps + self.bound
        while stack and self.steps < limit:
            state, link = stack.pop()
            length = 0 if link is None else link.length
            if length > MOST_STEPS_OF_A_CALL:
                continue
            question, ways, heard = self.visit(state)
            states = met.setdefault(state.node, set())
            key = state.key()
            if key in states or len(states) >= STATES_OF_A_NODE:
                continue
            states.add(key)
            for number, way in enumerate(reversed(ways)):
                twin = state if number == len(ways) - 1 else state.fork()
                following = Link(link, state.node, way, question, heard)
                gained = self.cover(state.node, way)
                if gained:
                    self.finish(twin.fork(), following)
                    ahead = _ahead(back, {t.source for t in self.missing()})
                if way.ending is None and (way.transition is None or way.transition.target in ahead):
                    self.machine.take(twin, way)
                    stack.append((twin, following))
        self.stopped = bool(stack)

    def finish(self, state: State, link: Link) -> None:
        """Lead a call that found something to its end."""
        if link.way.ending is not None:
            self.end(link, True)
            return
        self.machine.take(state, link.way)
        queue: deque[_Pending] = deque()
        self.go_on(state, link, True, 0, queue)
        for pending in queue:  # something new turned up on the way: follow it too
            self.machine.take(pending.state, pending.link.way)
            self.go_on(pending.state, pending.link, True, pending.repeats, deque())

    # -- what is left

    def reasons(self) -> Iterator[Uncovered]:
        reachable = self.graph.reachable
        for transition in self.graph.transitions:
            if transition_key(transition) in self.covered:
                continue
            if transition.source not in reachable:
                yield Uncovered(transition, Why.UNREACHABLE)
            elif self.stopped:
                yield Uncovered(transition, Why.BOUND)
            elif transition.source in self.nodes:
                yield Uncovered(transition, Why.RULED_OUT, tuple(self.taken.get(transition.source, ())))
            else:
                yield Uncovered(transition, Why.NOT_MET)


def _distances(graph: FlowGraph) -> dict[str, int]:
    """Transitions from each node to the nearest end."""
    ends = [
        node.id
        for node in graph.nodes.values()
        if node.kind in (NodeKind.END, NodeKind.TRANSFER) or not graph.successors[node.id]
    ]
    distance = dict.fromkeys(ends, 0)
    todo = deque(ends)
    while todo:
        node = todo.popleft()
        for transition in graph.predecessors[node]:
            source = transition.source
            if source not in distance:
                distance[source] = distance[node] + 1
                todo.append(source)
    return distance


def _back(graph: FlowGraph) -> dict[str, list[str]]:
    """The nodes that each node can be come to from, in one step.

    A called task comes back to its caller, so the nodes of tasks that are called count wherever their caller does.
    """
    back = {id_: [t.source for t in into] for id_, into in graph.predecessors.items()}
    for transition in graph.transitions:
        if transition.kind == "call":
            back[transition.source].append(transition.target)
    for entry, inside in _inside_calls(graph).items():
        back[entry] += inside
    return back


def _ahead(back: dict[str, list[str]], targets: set[str]) -> set[str]:
    """The nodes from which one of the targets can be come to, the targets included."""
    seen = set(targets)
    todo = list(targets)
    while todo:
        for source in back[todo.pop()]:
            if source not in seen:
                seen.add(source)
                todo.append(source)
    return seen


def _inside_calls(graph: FlowGraph) -> dict[str, list[str]]:
    """Entry of each called task → the nodes in it: a call inside it can still come back to what is behind."""
    inside: dict[str, list[str]] = {}
    for transition in graph.transitions:
        if transition.kind == "call" and transition.target not in inside:
            seen = {transition.target}
            todo = [transition.target]
            while todo:
                for following in graph.successors[todo.pop()]:
                    if following.target not in seen:
                        seen.add(following.target)
                        todo.append(following.target)
            inside[transition.target] = sorted(seen)
    return inside
