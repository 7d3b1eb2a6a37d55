"""Walks calls through a node graph.

The first condition that is true is taken, in order; `default` and `else` only where none is, wherever they stand. What
the caller did stays in `dtmf` and `speech` until the next node that waits; `timeout`, `noMatch` and `error` are of one
node only. docs/node-graph.md describes the format, docs/trace.md what is asked of a scenario.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.model.trace import CallerEvent, Ending, EventKind
from ivr_action.trace.inputs import caller_events, later_inputs
from ivr_action.trace.machine import CERTAIN, Asks, Machine, Question, State, Way
from ivr_action.trace.node_conditions import Guards, Literal
from ivr_action.trace.node_plans import Plan, make_plan, variables
from ivr_action.trace.node_state import NodeGraphState

_NOTHING_YET: dict[str, Any] = {"dtmf": "", "speech": "", "timeout": False, "noMatch": False, "error": False}
_YES, _NO = frozenset(("true", "yes")), frozenset(("false", "no"))
_FAILURES = frozenset(("failure", "error", "fails", "failed"))
_UNSET = object()


class NodeGraphMachine(Machine):
    """The machine of a node graph. For one thread at a time.

    Args:
        flow: as `read_node_graph` lowered it; it may have findings.
    """

    new_state: type[NodeGraphState] = NodeGraphState

    def __init__(self, flow: NodeGraphFlow) -> None:
        self.flow = flow
        self._guards = Guards()
        self._sources = {node.id: node for node in flow.nodes}
        self._plans: dict[str, Plan] = {}
        self._later: tuple[Literal, ...] | None = None

    def start(self) -> NodeGraphState | None:
        start = self.flow.graph.start
        if start is None:
            return None
        state = self.new_state(start, dict(_NOTHING_YET))
        element = self.flow.element
        if isinstance(element, dict):
            self.supply(state, dict(variables(element.get("variables"))))
        return state

    def supply(self, state: State, variables: Mapping[str, object]) -> None:
        assert isinstance(state, NodeGraphState)  # noqa: S101
        for name, value in variables.items():
            state.assign(name, value)

    def visit(self, state: State) -> Question:
        assert isinstance(state, NodeGraphState)  # noqa: S101
        plan = self._plans.get(state.node)
        if plan is None:
            plan = self._plan(state.node)
        state.plan = plan
        if plan.audio:
            state.heard.extend(plan.audio)
        for name, value in plan.sets:
            if state.values.get(name, _UNSET) is not value:
                state.assign(name, value)
        if plan.fixed is not None:
            state.way = plan.fixed
            return CERTAIN
        state.way = None
        if plan.question.asks is not Asks.NOTHING:
            return plan.question
        return self._next_question(state, plan)

    def ways(self, state: State) -> list[Way]:
        assert isinstance(state, NodeGraphState)  # noqa: S101
        plan = state.plan
        assert plan is not None, "visit first"  # noqa: S101
        if state.way is not None:
            return [state.way]
        asks = plan.question.asks
        if state.event is not None or state.outcome or asks is Asks.NOTHING:
            return list(self._undecided(state, plan))
        if asks is Asks.CALLER:
            return list(self._caller_ways(state, plan))
        return list(self._world_ways(state, plan))

    def respond(self, state: State, event: CallerEvent) -> Way | Question:
        assert isinstance(state, NodeGraphState)  # noqa: S101
        plan = state.plan
        assert plan is not None, "visit first"  # noqa: S101
        state.event = event
        dtmf, speech = self.offer(event)
        kind = event.kind
        silent = kind is EventKind.SILENCE
        state.flags(dtmf=dtmf, speech=speech, timeout=silent, error=kind is EventKind.ERROR, noMatch=False)
        if plan.result and (dtmf or speech):
            state.assign(plan.result, dtmf or speech)
        return self._pick(state, plan)

    def offer(self, event: CallerEvent) -> tuple[str, str]:
        """What `dtmf` and `speech` are for what the caller does."""
        return (
            event.text if event.kind is EventKind.PRESS else "",
            event.text if event.kind is EventKind.SAY else "",
        )

    def answer(self, state: State, name: str, data: object = None) -> Way | Question | None:
        assert isinstance(state, NodeGraphState)  # noqa: S101
        plan = state.plan
        assert plan is not None, "visit first"  # noqa: S101
        folded = name.strip().casefold()
        if plan.outcomes and not state.outcome:
            return self._outcome(state, plan, folded, data)
        return self._decide(state, plan, folded)

    def take(self, state: State, way: Way) -> None:
        assert isinstance(state, NodeGraphState)  # noqa: S101
        assert way.transition is not None  # noqa: S101
        plan = state.plan
        if plan is not None and not plan.waits and plan.outcomes and not state.outcome:  # straight from `ways`
            self._bring(state, plan, way.name.partition(":")[0], None)
        if way.event is not None and way.event is not state.event:
            self.respond(state, way.event)
        if state.flagged:
            state.own().update(timeout=False, noMatch=False, error=False)
            state.flagged = False
        state.node = way.transition.target
        state.event, state.outcome, state.denied, state.way = None, "", frozenset(), None

    # -- conditions

    def _plan(self, id_: str) -> Plan:
        graph = self.flow.graph
        plan = make_plan(self.flow, self._sources[id_], graph.successors[id_], self._guards)
        self._plans[id_] = plan
        return plan

    def _next_question(self, state: NodeGraphState, plan: Plan) -> Question:
        found = self._pick(state, plan)
        if isinstance(found, Question):
            return found
        state.way = found
        return CERTAIN

    def _pick(self, state: NodeGraphState, plan: Plan) -> Way | Question:
        """The way by the variables as they are, or the first condition that nobody can tell."""
        values = state.values
        for test, way in plan.tests:
            result = test.run(values)
            if result is True:
                return way
            if result is not False and test.text not in state.denied:
                return Question(Asks.DECISION, test.text, str(result))
        if plan.no_match and self._may_not_match(state):
            state.flags(noMatch=True)
            for test, way in plan.no_match:
                result = test.run(state.values)
                if result is True:
                    return way
                if result is not False and test.text not in state.denied:
                    return Question(Asks.DECISION, test.text, str(result))
        return plan.default or plan.stuck

    def _may_not_match(self, state: NodeGraphState) -> bool:
        return state.event is not None and state.event.kind in (EventKind.PRESS, EventKind.SAY)

    def _decide(self, state: NodeGraphState, plan: Plan, folded: str) -> Way | Question | None:
        """An answer to the first condition that nobody can tell: yes, no, or the condition that shall be true."""
        asked = self._pick(state, plan)
        if not isinstance(asked, Question):
            return asked
        if folded in _NO:
            state.denied |= {asked.key}
            found = self._pick(state, plan)
            if not isinstance(found, Question):
                state.way = found
            return found
        wanted = asked.key.casefold() if folded in _YES else folded
        return next((way for way in self._undecided(state, plan) if way.name.casefold() == wanted), None)

    def _undecided(self, state: NodeGraphState, plan: Plan) -> Iterator[Way]:
        """Every way that may be taken, whatever the answers, each once."""
        seen: set[int] = set()
        no_match = plan.no_match if self._may_not_match(state) else []
        for flag, tests in ((False, plan.tests), (True, no_match)):
            values = {**state.values, "noMatch": True} if flag else state.values
            for test, way in tests:
                result = test.run(values)
                if result is False or test.text in state.denied:
                    continue
                if id(way) not in seen:
                    seen.add(id(way))
                    yield way
                if result is True:
                    return
        yield plan.default or plan.stuck

    # -- the caller

    def _caller_ways(self, state: NodeGraphState, plan: Plan) -> Iterator[Way]:
        """One way for each thing that the caller can do and that makes a difference."""
        if self._later is None:
            self._later = later_inputs(self.flow, self._guards)
        seen: set[tuple[int, str]] = set()
        for event, always in caller_events(plan, self._later):
            twin = state.fork()
            found = self.respond(twin, event)
            ways = list(self._undecided(twin, plan)) if isinstance(found, Question) else [found]
            for way in ways:
                # A literal that leads where another one does is no news; silence, a wrong key and errors are.
                about = (id(way), str(event) if always else "")
                if about in seen:
                    continue
                seen.add(about)
                name = f"{event}: {way.name}" if len(ways) > 1 else str(event)
                yield way._replace(name=name, event=event)

    # -- the world

    def _outcome(self, state: NodeGraphState, plan: Plan, folded: str, data: object) -> Way | Question | None:
        name = "failure" if folded in _FAILURES else folded
        asks = plan.question.asks
        known: tuple[str, ...] = plan.outcomes
        if asks is Asks.SCHEDULE:
            known = tuple(dict.fromkeys((*self._schedule_values(plan), *plan.outcomes)))
        elif asks is not Asks.TRANSFER:
            known = ("success", "failure", "timeout")
        found = next((outcome for outcome in known if outcome.casefold() == name), None)
        if found is None:
            return next((way for way in self._world_ways(state, plan) if way.name.casefold() == folded), None)
        if asks is Asks.TRANSFER and found == "success":
            return Way("success", None, Ending.TRANSFERRED, plan.target)
        self._bring(state, plan, found, data)
        way = self._pick(state, plan)
        if asks is Asks.TRANSFER and way is plan.stuck:
            return _transfer_failed(plan)
        return way

    def _bring(self, state: NodeGraphState, plan: Plan, outcome: str, data: object) -> None:
        """What an outcome does to the variables: its result is as unknown as the outcome's data."""
        state.outcome = outcome
        state.flags(error=outcome == "failure", timeout=outcome == "timeout", noMatch=False)
        if not plan.result:
            return
        if plan.question.asks is Asks.SCHEDULE:
            state.assign(plan.result, self._schedule_values(plan).get(outcome, outcome))
        elif outcome == "success":
            if data is None:
                state.forget(plan.result)
            else:
                state.assign(plan.result, data)
        elif data is not None:
            state.assign(plan.result, data)

    def _world_ways(self, state: NodeGraphState, plan: Plan) -> Iterator[Way]:
        asks = plan.question.asks
        outcomes: tuple[str, ...] = plan.outcomes
        if asks is Asks.SCHEDULE:
            outcomes = tuple(dict.fromkeys(("open", *self._schedule_values(plan), *outcomes)))
        seen: set[tuple[int, bool]] = set()
        for outcome in outcomes:
            if asks is Asks.TRANSFER and outcome == "success":
                yield Way("success", None, Ending.TRANSFERRED, plan.target)
                continue
            twin = state.fork()
            self._bring(twin, plan, outcome, None)
            ways = list(self._undecided(twin, plan))
            for way in ways:
                if asks is Asks.TRANSFER and way is plan.stuck:
                    continue  # a transfer without a way on is the end of the flow, whatever becomes of the call
                about = (id(way), bool(plan.result) and outcome == "success")
                if about not in seen:
                    seen.add(about)
                    yield way._replace(name=f"{outcome}: {way.name}" if len(ways) > 1 else outcome)

    def _schedule_values(self, plan: Plan) -> dict[str, Any]:
        """What a schedule's answers put into its variable: the words that conditions compare it with, or Booleans."""
        literals = [lit.value for test, _ in plan.tests for lit in test.literals if lit.name in (plan.result, "")]
        if any(isinstance(value, bool) for value in literals):
            return {name: name == "open" for name in plan.outcomes}
        return {value: value for value in literals if isinstance(value, str)}


def _transfer_failed(plan: Plan) -> Way:
    said = f"The transfer to `{plan.target}` failed, and `{plan.id}` has no way on for that."
    return Way("failure", None, Ending.DEAD_END, error=said)
